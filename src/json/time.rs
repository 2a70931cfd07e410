//! Unix times of our days as orjson prints floats: the digits that [`super::float`] gives, in a fraction of the time.

/// Bits behind the point of a float between 2³⁰ and 2³¹, which is from 2004 to 2038.
const BITS: u32 = 22;

/// Half a ten-millionth of a second is less than half the distance of two such floats, so that seven digits are enough.
const MOST: u64 = 10_000_000;

/// The longest text, ten digits, the point and seven digits, and a byte that is written with them.
pub const ROOM: usize = 19;

/// The shortest digits that read back the same, and of those the nearest; `None` for other floats, and where two are as near.
pub fn digits(value: f64, room: &mut [u8; ROOM]) -> Option<&[u8]> {
    if !(1073741824.0..2147483648.0).contains(&value) {
        return None;
    }
    // The top bit of the mantissa is not stored.
    let mantissa = value.to_bits() & ((1 << 52) - 1) | 1 << 52;
    let fraction = mantissa & ((1 << BITS) - 1);
    // The nearest number of so many parts of a second, and how far off it is in 2²² of such parts.
    let nearest = |parts: u64| {
        let exact = fraction * parts;
        let near = (exact + (1 << (BITS - 1))) >> BITS;
        (near, (near << BITS).abs_diff(exact))
    };
    let (mut near, off) = nearest(MOST);
    if off == 1 << (BITS - 1) {
        return None;
    }
    let (mut parts, mut behind) = (MOST, 7);
    while parts > 10 {
        let (fewer, off) = nearest(parts / 10);
        // It reads back the same while it is nearer than half the distance to the next float; it is never just as far.
        if 2 * off >= parts / 10 {
            break;
        }
        (near, parts, behind) = (fewer, parts / 10, behind - 1);
    }
    let mut seconds = mantissa >> BITS;
    if near == parts {
        (seconds, near) = (seconds + 1, 0);
    }
    let (first, rest) = ((seconds / EIGHT) as u8, seconds % EIGHT);
    *room.first_chunk_mut()? = [b'0' + first / 10, b'0' + first % 10];
    *room[2..].first_chunk_mut()? = eight(rest);
    room[10] = b'.';
    *room[11..].first_chunk_mut()? = eight(near * (EIGHT / parts));
    room.get(..11 + behind)
}

/// The first number of more than eight digits.
const EIGHT: u64 = 100_000_000;

/// The digits of a number that has no more than eight, with the zeros in front: a tree of halves, all of a level at once.
#[inline]
fn eight(number: u64) -> [u8; 8] {
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    // The hundredth of a number below 10,000, and the tenth of one below 100, by multiplication.
    let hundreds = ((fours * 10_486) >> 20) & 0x7f_0000_007f;
    let twos = hundreds | ((fours - 100 * hundreds) << 16);
    let tens = ((twos * 103) >> 10) & 0x0f_000f_000f_000f;
    let ones = tens | ((twos - 10 * tens) << 8);
    (ones | 0x3030_3030_3030_3030).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_digits_are_those_of_every_number() {
        for half in 0..10_000 {
            for number in [half, half * 10_000, half * 10_001, EIGHT - 1 - half] {
                assert_eq!(eight(number), *format!("{number:08}").as_bytes());
            }
        }
    }

    #[test]
    fn digits_are_those_of_every_float() {
        let mut seed = 1u64;
        let mut any = move || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            seed >> 12
        };
        let (first, end) = (1073741824.0f64, 2147483648.0f64);
        let random = (0..300_000).flat_map(|_| {
            let bits = f64::from_bits(first.to_bits() + any() % (end.to_bits() - first.to_bits()));
            let decimals = 10f64.powi((any() % 8) as i32);
            [bits, (bits * decimals).round() / decimals]
        });
        let odd = (0..=256).map(|part| 1.7e9 + f64::from(part) / 256.0);
        let near = [first, first.next_up(), end.next_down(), 1.7e9, 1.7e9f64.next_up(), 1.7e9f64.next_down()];
        let mut answered = 0;
        for value in random.chain(odd).chain(near) {
            let mut room = [0; ROOM];
            let Some(digits) = digits(value, &mut room) else { continue };
            let expected = zmij::Buffer::new().format_finite(value).to_owned();
            assert_eq!(std::str::from_utf8(digits), Ok(expected.as_str()));
            answered += 1;
        }
        assert!(answered > 590_000, "{answered}");
        for other in [first.next_down(), end, 0.0, -1.7e9, f64::NAN, f64::INFINITY] {
            assert_eq!(digits(other, &mut [0; ROOM]), None);
        }
    }
}
