//! Sorts, and keeps in order, through one copy of the machinery: use this where the standard library's sort (7 kB of
//! wasm for every closure) or map (4 kB for every pair of types) would be compiled anew, as `clippy.toml` reminds you.

mod map;
mod places;
mod set;

pub use map::Map;
pub use set::Set;
use std::cmp::Ordering;

/// Sorts numbers, usually places in something else, by what they stand for; equal ones keep their order.
#[allow(clippy::disallowed_methods, reason = "the one copy")]
pub fn places(places: &mut [u32], compare: &mut dyn Compare) {
    places.sort_by(|a, b| compare.compare(*a, *b));
}

/// Compares things by their places. A trait of its own, as a `dyn FnMut` would be compiled for each way of calling it.
pub trait Compare {
    /// The order of what stands at two places.
    fn compare(&mut self, a: u32, b: u32) -> Ordering;
}

impl<F: FnMut(u32, u32) -> Ordering> Compare for F {
    fn compare(&mut self, a: u32, b: u32) -> Ordering {
        self(a, b)
    }
}

/// Sorts anything by a comparison; equal items keep their order. Takes four bytes an item beside it.
pub fn by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut order: Vec<u32> = (0..items.len() as u32).collect();
    places(&mut order, &mut |a: u32, b: u32| compare(&items[a as usize], &items[b as usize]));
    arrange(&mut order, &mut &mut *items);
}

/// Sorts anything by a key; equal items keep their order.
pub fn by_key<T, K: Ord>(items: &mut [T], mut key: impl FnMut(&T) -> K) {
    by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts anything that has an order of its own.
pub fn sort<T: Ord>(items: &mut [T]) {
    by(items, T::cmp);
}

/// Items below which comparing is as quick as counting.
const FEW: usize = 256;

/// Sorts things by a whole number that each stands for; equal ones keep their order. Many are sorted without comparing
/// them, digit by digit, which is many times as quick.
pub fn by_number<T: Copy, N: Into<u64>>(items: &mut Vec<T>, number: impl Fn(T) -> N) {
    let number = |item: &T| -> u64 { number(*item).into() };
    if items.is_sorted_by_key(number) {
        return;
    }
    if items.len() < FEW {
        return by_key(items, number);
    }
    const BITS: usize = 11;
    const DIGIT: usize = 1 << BITS;
    let first = number(&items[0]);
    let differing = items.iter().fold(0, |bits, item| bits | (number(item) ^ first));
    let mut sorted = items.clone();
    for shift in (0..u64::BITS).step_by(BITS) {
        let digit = |number: u64| (number >> shift) as usize % DIGIT;
        if digit(differing) == 0 {
            continue;
        }
        let mut places = vec![0; DIGIT + 1];
        items.iter().for_each(|item| places[digit(number(item)) + 1] += 1);
        (0..DIGIT).for_each(|digit| places[digit + 1] += places[digit]);
        for item in items.iter() {
            let place = &mut places[digit(number(item))];
            sorted[*place] = *item;
            *place += 1;
        }
        std::mem::swap(items, &mut sorted);
    }
}

/// Sorts floats as [`f64::total_cmp`] does, as quickly as numbers.
pub fn floats(items: &mut Vec<f64>) {
    // The bits in the order of the floats: those of negative ones the other way round, and before all others.
    let key = |float: f64| {
        let bits = float.to_bits();
        bits ^ if bits >> 63 == 1 { u64::MAX } else { 1 << 63 }
    };
    by_number(items, key);
}

/// A list whose items change places.
trait Swap {
    fn swap(&mut self, a: usize, b: usize);
}

impl<T> Swap for &mut [T] {
    fn swap(&mut self, a: usize, b: usize) {
        <[T]>::swap(self, a, b);
    }
}

/// Puts at each place the item whose place `order` has there, one cycle of swaps after the other.
fn arrange(order: &mut [u32], items: &mut dyn Swap) {
    for first in 0..order.len() {
        let mut at = first;
        loop {
            let from = std::mem::replace(&mut order[at], at as u32) as usize;
            if from == first || from == at {
                break;
            }
            items.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every arrangement of a few items, equal ones among them, against the standard library's sort.
    #[test]
    #[allow(clippy::disallowed_methods, reason = "the reference")]
    fn like_the_standard_library() {
        for mut number in 0..4_usize.pow(7) {
            let mut items: Vec<(usize, usize)> = Vec::new();
            for place in 0..7 {
                items.push((number % 4, place));
                number /= 4;
            }
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            by_key(&mut items, |item| item.0);
            assert_eq!(items, expected);
        }
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "the reference")]
    fn numbers_like_the_standard_library() {
        for (len, mask) in [(0, 0), (1, 9), (200, u32::MAX), (5000, u32::MAX), (5000, 15), (5000, 255 << 20)] {
            let mixed = |i: u32| i.wrapping_mul(0x9e37_79b9).rotate_left(7) & mask;
            let mut items: Vec<(u32, u32)> = (0..len).map(|i| (mixed(i), i)).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            by_number(&mut items, |item| item.0);
            assert_eq!(items, expected);
            let mut floats: Vec<f64> =
                items.iter().map(|(_, i)| f64::from(mixed(*i)).sin() / f64::from(i % 7)).collect();
            let mut expected = floats.clone();
            expected.sort_by(f64::total_cmp);
            super::floats(&mut floats);
            assert!(floats.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }

    #[test]
    fn the_last_pair_of_a_key_stays() {
        assert_eq!(Map::from([(1, 'a'), (0, 'b'), (1, 'c')]).into_iter().collect::<Vec<_>>(), [(0, 'b'), (1, 'c')]);
        assert_eq!(Set::from([2, 1, 2]).into_iter().collect::<Vec<_>>(), [1, 2]);
    }
}
