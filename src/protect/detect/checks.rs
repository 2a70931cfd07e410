//! Check digits: each function says whether a number is one that its issuer could have given out.

/// Luhn (ISO/IEC 7812-1): payment cards, Canadian SINs.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| match (i % 2, u32::from(*d) * 2) {
            (0, doubled) => doubled / 2,
            (_, doubled) => doubled % 10 + doubled / 10,
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// Remainder by 97 of a decimal number whose letters count 10 to 35 (ISO 7064).
pub(crate) fn mod_97(characters: impl Iterator<Item = char>) -> Option<u32> {
    characters.map(|c| c.to_digit(36)).try_fold(0, |rest, digit| {
        let digit = digit?;
        Some((rest * if digit > 9 { 100 } else { 10 } + digit) % 97)
    })
}

/// Weighted sum of digits.
pub(crate) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(d, w)| u32::from(*d) * w).sum()
}

/// German tax id: ISO 7064 mod 11,10, and one digit occurs two or three times, the others at most once.
pub(crate) fn steuer_id(digits: &[u8]) -> bool {
    let [head @ .., check] = digits else { return false };
    if digits.len() != 11 || head.first() == Some(&0) {
        return false;
    }
    let mut counts = [0u8; 10];
    head.iter().for_each(|d| counts[usize::from(*d % 10)] += 1);
    let repeated: Vec<u8> = counts.into_iter().filter(|c| *c > 1).collect();
    let product = head.iter().fold(10, |product, d| {
        let sum = (u32::from(*d) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    matches!(repeated[..], [2 | 3]) && (11 - product) % 10 == u32::from(*check)
}

/// Chinese resident number: 17 digits with a birth date, ISO 7064 mod 11-2.
pub(crate) fn resident_number(text: &str) -> bool {
    let digits: Vec<u8> = text.chars().take(17).filter_map(|c| c.to_digit(10)).map(|d| d as u8).collect();
    if digits.len() != 17 || text.chars().count() != 18 {
        return false;
    }
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let number = |range: std::ops::Range<usize>| {
        digits.get(range).unwrap_or_default().iter().fold(0, |n, d| n * 10 + u32::from(*d))
    };
    let date = (1900..2030).contains(&number(6..10))
        && (1..=12).contains(&number(10..12))
        && (1..=31).contains(&number(12..14));
    let check = "10x98765432".chars().nth(weighted(&digits, &WEIGHTS) as usize % 11);
    date && text.chars().last().map(|c| c.to_ascii_lowercase()) == check
}

/// Verhoeff's check over the dihedral group: India's Aadhaar.
pub(crate) fn verhoeff(digits: &[u8]) -> bool {
    const PERMUTE: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let product = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - 5 + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let check = digits.iter().rev().enumerate().fold(0, |check, (i, digit)| {
        let digit = (0..i % 8).fold(*digit % 10, |d, _| PERMUTE[usize::from(d)]);
        product(check, digit)
    });
    !digits.is_empty() && check == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|b| b - b'0').collect()
    }

    #[test]
    fn known_good_and_bad_numbers() {
        assert!(luhn(&digits("4111111111111111")) && !luhn(&digits("4111111111111112")));
        assert_eq!(mod_97("3214282912345698765432161182".chars()), Some(1));
        assert!(steuer_id(&digits("86095742719")) && !steuer_id(&digits("86095742710")));
        assert!(resident_number("11010519491231002X") && !resident_number("110105194912310021"));
        assert!(verhoeff(&digits("2363")) && !verhoeff(&digits("2364")));
    }
}
