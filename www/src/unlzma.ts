// Unpacks LZMA, a quarter smaller than what browsers unpack by themselves: the wasm module comes in it.
// The format is Igor Pavlov's "LZMA alone": properties, dictionary size, length, then bits whose probabilities are
// learned on the way (LZMA specification, 2015). The whole output is at hand, so it is the dictionary.

/** Matches end in this many states, of which the lowest seven follow a literal. */
const STATES = 12;
const AFTER_LITERAL = 7;

/** Probabilities have 11 bits and begin at a half. */
const learned = (count: number) => new Uint16Array(count).fill(1024);

/** How lengths are told: 8 short ones, 8 middle ones (each by the position), 256 long ones. */
const lengths = () => ({ choice: learned(2), low: learned(16 << 3), middle: learned(16 << 3), high: learned(256) });

/** The bytes of an LZMA file whose header tells their number. Throws if they do not fit what it says. */
export function unlzma(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const properties = header.getUint8(0);
  const literalBits = properties % 9;
  const literalMask = (1 << Math.floor(properties / 9) % 5) - 1;
  const positionMask = (1 << Math.floor(properties / 45)) - 1;
  const out = new Uint8Array(Number(header.getBigUint64(5, true)));

  let at = 18;
  let code = header.getUint32(14);
  let range = 0xffffffff;
  const renew = () => {
    if (range >= 0x1000000) return;
    range = (range << 8) >>> 0;
    code = ((code << 8) | packed[at++]!) >>> 0;
  };
  const bit = (odds: Uint16Array, i: number): number => {
    const odd = odds[i]!;
    const bound = (range >>> 11) * odd;
    const one = code >= bound;
    odds[i] = one ? odd - (odd >> 5) : odd + ((2048 - odd) >> 5);
    range = one ? range - bound : bound;
    if (one) code -= bound;
    renew();
    return Number(one);
  };
  const tree = (odds: Uint16Array, from: number, bits: number): number => {
    let node = 1;
    for (let i = 0; i < bits; i += 1) node = (node << 1) | bit(odds, from + node);
    return node - (1 << bits);
  };
  const treeBackwards = (odds: Uint16Array, from: number, bits: number): number => {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i += 1) {
      const one = bit(odds, from + node);
      node = (node << 1) | one;
      value |= one << i;
    }
    return value;
  };
  const plain = (bits: number): number => {
    let value = 0;
    for (let i = 0; i < bits; i += 1) {
      range >>>= 1;
      const one = code >= range;
      if (one) code -= range;
      renew();
      value = value * 2 + Number(one);
    }
    return value;
  };
  const length = (odds: ReturnType<typeof lengths>, position: number): number => {
    if (!bit(odds.choice, 0)) return 2 + tree(odds.low, position << 3, 3);
    if (!bit(odds.choice, 1)) return 10 + tree(odds.middle, position << 3, 3);
    return 18 + tree(odds.high, 0, 8);
  };

  const isMatch = learned(STATES << 4);
  const isRepeat = learned(STATES);
  const isNotLast = learned(STATES);
  const isLong = learned(STATES << 4);
  const isNotSecond = learned(STATES);
  const isNotThird = learned(STATES);
  const literals = learned(0x300 << (literalBits + Math.floor(properties / 9) % 5));
  const slots = learned(4 << 6);
  const near = learned(128);
  const aligned = learned(16);
  const matchLengths = lengths();
  const repeatLengths = lengths();

  const distance = (length: number): number => {
    const slot = tree(slots, Math.min(length - 2, 3) << 6, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + treeBackwards(near, base - slot, bits);
    return base + plain(bits - 4) * 16 + treeBackwards(aligned, 0, 4);
  };

  /** The four distances of last, newest first. */
  let [d0, d1, d2, d3] = [0, 0, 0, 0];
  let state = 0;
  for (let done = 0; done < out.length; ) {
    const position = done & positionMask;
    if (!bit(isMatch, (state << 4) + position)) {
      const before = done > 0 ? out[done - 1]! : 0;
      const from = 0x300 * (((done & literalMask) << literalBits) + (before >> (8 - literalBits)));
      let node = 1;
      if (state >= AFTER_LITERAL) {
        // After a match the byte that would have come next tells much about this one, up to their first difference.
        let expected = out[done - d0 - 1]!;
        for (let same = true; same && node < 0x100; expected <<= 1) {
          const hint = (expected >> 7) & 1;
          const one = bit(literals, from + ((1 + hint) << 8) + node);
          node = (node << 1) | one;
          same = one === hint;
        }
      }
      while (node < 0x100) node = (node << 1) | bit(literals, from + node);
      out[done++] = node;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let count: number;
    if (!bit(isRepeat, state)) {
      [d1, d2, d3] = [d0, d1, d2];
      count = length(matchLengths, position);
      d0 = distance(count);
      state = state < AFTER_LITERAL ? 7 : 10;
    } else {
      const older = bit(isNotLast, state);
      if (!older && !bit(isLong, (state << 4) + position)) {
        count = 1;
        state = state < AFTER_LITERAL ? 9 : 11;
      } else {
        if (older && !bit(isNotSecond, state)) [d0, d1] = [d1, d0];
        else if (older && !bit(isNotThird, state)) [d0, d1, d2] = [d2, d0, d1];
        else if (older) [d0, d1, d2, d3] = [d3, d0, d1, d2];
        count = length(repeatLengths, position);
        state = state < AFTER_LITERAL ? 8 : 11;
      }
    }
    if (d0 >= done || done + count > out.length) throw new RangeError("the packed module is damaged");
    for (let end = done + count; done < end; done += 1) out[done] = out[done - d0 - 1]!;
  }
  return out;
}
