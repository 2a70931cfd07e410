//! A map in the order of its keys, used like the standard library's, which would be compiled anew for every pair of types
//! (4 kB of wasm each). Here searching and keeping order are compiled once; a pair of types adds comparing and moving.

use super::places::{self, At, Places};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Serialize, Serializer};
use std::borrow::Borrow;
use std::fmt;
use std::iter::Zip;
use std::marker::PhantomData;
use std::vec;

/// A map in the order of its keys: any number of them, coming in any order.
#[derive(Clone)]
pub struct Map<K, V> {
    /// In the order in which they came, unless someone needed them in their own. The values stand in another list, so
    /// that searching is compiled for keys, not for entries.
    keys: Vec<K>,
    values: Vec<V>,
    places: Places,
}

impl<K, V> Map<K, V> {
    /// A map without entries.
    pub const fn new() -> Self {
        Map { keys: Vec::new(), values: Vec::new(), places: Places::new() }
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The entries in order.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { map: self, places: self.places.iter() }
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// The values in the order of their keys, to be changed.
    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, V> {
        self.sort();
        self.values.iter_mut()
    }

    /// The entries in order, their values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.sort();
        self.keys.iter().zip(&mut self.values)
    }

    /// The keys in order.
    pub fn into_keys(mut self) -> vec::IntoIter<K> {
        self.sort();
        self.keys.into_iter()
    }

    /// The values in the order of their keys.
    pub fn into_values(mut self) -> vec::IntoIter<V> {
        self.sort();
        self.values.into_iter()
    }

    /// Puts keys and values themselves in order.
    fn sort(&mut self) {
        self.places.arrange(&mut [&mut self.keys.as_mut_slice(), &mut self.values.as_mut_slice()]);
    }
}

impl<K: Ord, V> Map<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<At, At>
    where
        K: Borrow<Q>,
    {
        self.places.find(&|place: usize| self.keys[place].borrow().cmp(key))
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// A key as it is held, and its value.
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let place = self.places.get(self.find(key).ok()?);
        Some((&self.keys[place], &self.values[place]))
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        Some(&mut self.values[self.places.get(at)])
    }

    /// Whether there is a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Gives a key a value and returns the one that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.values[self.places.get(at)], value)),
            Err(at) => {
                self.add(at, key, value);
                None
            }
        }
    }

    /// Takes a key out and returns its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        Some(self.take(at).1)
    }

    /// Takes out the entry that is last in order.
    pub fn pop_last(&mut self) -> Option<(K, V)> {
        let at = self.places.last()?;
        Some(self.take(at))
    }

    /// Keeps the entries that a test is true of.
    pub fn retain(&mut self, mut test: impl FnMut(&K, &mut V) -> bool) {
        for (key, mut value) in std::mem::take(self) {
            if test(&key, &mut value) {
                self.insert(key, value);
            }
        }
    }

    /// What is or will be the entry of a key.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let at = self.find(&key);
        Entry { map: self, key, at }
    }

    fn add(&mut self, at: At, key: K, value: V) -> &mut V {
        let place = self.keys.len();
        self.places.insert(at, place);
        self.keys.push(key);
        self.values.push(value);
        &mut self.values[place]
    }

    fn take(&mut self, at: At) -> (K, V) {
        let place = self.places.get(at);
        // The entry that came last will stand there.
        if let Some(Ok(moved)) = self.keys.last().map(|key| self.find(key)) {
            self.places.set(moved, place);
        }
        self.places.remove(at);
        (self.keys.swap_remove(place), self.values.swap_remove(place))
    }
}

/// What is or will be the entry of a key.
pub struct Entry<'a, K, V> {
    map: &'a mut Map<K, V>,
    key: K,
    at: Result<At, At>,
}

impl<'a, K: Ord, V> Entry<'a, K, V> {
    /// The value, made if the key is new.
    pub fn or_insert_with(self, value: impl FnOnce() -> V) -> &'a mut V {
        match self.at {
            Ok(at) => &mut self.map.values[self.map.places.get(at)],
            Err(at) => self.map.add(at, self.key, value()),
        }
    }

    /// The value, this one if the key is new.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The value, the usual one if the key is new.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

/// The entries of a map in order.
pub struct Iter<'a, K, V> {
    map: &'a Map<K, V>,
    places: places::Iter<'a>,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Iter { map: self.map, places: self.places.clone() }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.places.next()?;
        Some((&self.map.keys[place], &self.map.values[place]))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}

impl<'a, K, V> IntoIterator for &'a Map<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = Zip<vec::IntoIter<K>, vec::IntoIter<V>>;

    fn into_iter(mut self) -> Self::IntoIter {
        self.sort();
        self.keys.into_iter().zip(self.values)
    }
}

impl<K: Ord, V> Extend<(K, V)> for Map<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

/// Of pairs with the same key the last one stays.
impl<K: Ord, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = Map::new();
        map.extend(pairs);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for Map<K, V> {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Map::new()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for Map<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<K: Eq, V: Eq> Eq for Map<K, V> {}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: Serialize, V: Serialize> Serialize for Map<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for Map<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Pairs(PhantomData))
    }
}

/// Takes pairs as they come.
struct Pairs<K, V>(PhantomData<(K, V)>);

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Pairs<K, V> {
    type Value = Map<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Self::Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, value)) = pairs.next_entry()? {
            map.insert(key, value);
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Entries come and go in an order without a pattern, or in theirs, and all that is asked is what the standard
    /// library's map says.
    #[test]
    fn like_the_standard_library() {
        for (steps, keys, mixed) in [(50_u32, 8, true), (4000, 3000, true), (4000, 90, true), (3000, u32::MAX, false)] {
            let (mut map, mut expected) = (Map::new(), BTreeMap::new());
            for step in 0..steps {
                let number = if mixed { step.wrapping_mul(0x9e37_79b9).rotate_left(9) } else { step };
                let key = number % keys;
                match number >> 16 & 7 {
                    0 if mixed => assert_eq!(map.remove(&key), expected.remove(&key)),
                    1 if mixed => assert_eq!(map.pop_last(), expected.pop_last()),
                    2 => *map.entry(key).or_insert(step) += 1,
                    _ => assert_eq!(map.insert(key, step), expected.insert(key, step)),
                }
                if number >> 16 & 7 == 2 {
                    *expected.entry(key).or_insert(step) += 1;
                }
                assert_eq!(map.get(&(key / 2)), expected.get(&(key / 2)));
                assert_eq!(map.get_mut(&key), expected.get_mut(&key));
                if step % 100 == 0 {
                    assert!(map.iter().eq(expected.iter()) && map.iter().len() == expected.len());
                }
                if step % 1000 == 999 {
                    map.retain(|key, _| key % 3 != 1);
                    expected.retain(|key, _| key % 3 != 1);
                }
            }
            map.iter_mut().for_each(|(key, value)| *value ^= key);
            expected.iter_mut().for_each(|(key, value)| *value ^= key);
            assert!(map.len() == expected.len() && map.clone().into_iter().eq(expected));
            assert_eq!(map, map.clone().into_iter().collect());
        }
    }

    #[test]
    fn as_plain_data() {
        let map: Map<String, u8> = serde_json::from_str(r#"{"b": 1, "a": 2, "b": 3}"#).unwrap();
        assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"a":2,"b":3}"#);
        assert_eq!(format!("{map:?}"), r#"{"a": 2, "b": 3}"#);
        assert!(serde_json::from_str::<Map<String, u8>>("[]").is_err());
    }
}
