//! Choices and findings that go by their names, in recipes, presets and reports and on the page: declare such an enum with
//! [`named!`]. Reading and writing names is compiled once; what serde derives takes 2 kB of wasm for every enum.

use serde::de::{Error, Visitor};
use std::fmt;

/// Declares an enum whose variants have names.
macro_rules! named {
    ($(#[$meta:meta])* pub enum $Type:ident { $($(#[$doc:meta])* $Variant:ident = $name:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $Type { $($(#[$doc])* $Variant,)+ }

        impl $Type {
            const NAMES: &'static [&'static str] = &[$($name),+];

            /// All of them, in their order.
            pub const ALL: [$Type; Self::NAMES.len()] = [$($Type::$Variant),+];

            /// The name.
            pub const fn as_str(self) -> &'static str {
                Self::NAMES[self as usize]
            }
        }

        impl serde::Serialize for $Type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $Type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<$Type, D::Error> {
                deserializer.deserialize_str($crate::named::OneOf(Self::NAMES)).map(|place| Self::ALL[place])
            }
        }
    };
}
pub(crate) use named;

/// Takes one of some names, as its place.
pub(crate) struct OneOf(pub &'static [&'static str]);

impl Visitor<'_> for OneOf {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        self.0.iter().position(|known| *known == name).ok_or_else(|| E::unknown_variant(name, self.0))
    }
}

#[cfg(test)]
mod tests {
    named! {
        /// Two names.
        #[derive(Default)]
        pub enum Two {
            /// The first.
            First = "1st",
            /// The second.
            #[default]
            Second = "second",
        }
    }

    #[test]
    fn names_are_read_and_written() {
        for two in Two::ALL {
            assert_eq!(serde_json::from_value::<Two>(serde_json::to_value(two).unwrap()).unwrap(), two);
        }
        assert_eq!((serde_json::to_string(&Two::First).unwrap(), Two::default()), ("\"1st\"".to_owned(), Two::Second));
        for bad in ["\"First\"", "1", "null", "[]"] {
            assert!(serde_json::from_str::<Two>(bad).is_err(), "{bad}");
        }
    }
}
