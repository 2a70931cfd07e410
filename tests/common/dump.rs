//! Writes dumps as uproot does, and takes well-formed ones apart: what generators and mutations work on.

/// One row of a dump.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub seq: Option<u64>,
    pub namespace: String,
    pub field: String,
    /// Type byte and payload; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    pub time: f64,
    pub context: String,
}

impl Row {
    /// A row with a value of a type.
    pub fn new(seq: u64, namespace: &str, field: &str, kind: u8, payload: &str) -> Self {
        let value = Some([&[kind], payload.as_bytes()].concat());
        Row {
            seq: Some(seq),
            namespace: namespace.to_owned(),
            field: field.to_owned(),
            value,
            time: 1_760_000_000.0 + seq as f64 / 4.0,
            context: "app.page:1".to_owned(),
        }
    }

    /// The row as msgpack.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = vec![0x85 + u8::from(self.seq.is_some())];
        if let Some(seq) = self.seq {
            str(&mut out, "seq");
            uint(&mut out, seq);
        }
        str(&mut out, "namespace");
        str(&mut out, &self.namespace);
        str(&mut out, "field");
        str(&mut out, &self.field);
        str(&mut out, "value");
        match &self.value {
            Some(value) => bin(&mut out, value),
            None => out.push(0xc0),
        }
        str(&mut out, "created_at");
        out.push(0xcb);
        out.extend(self.time.to_bits().to_be_bytes());
        str(&mut out, "context");
        str(&mut out, &self.context);
        out
    }
}

/// All rows as one dump.
pub fn dump(rows: &[Row]) -> Vec<u8> {
    rows.iter().flat_map(Row::bytes).collect()
}

/// Appends a msgpack string.
pub fn str(out: &mut Vec<u8>, text: &str) {
    match text.len() {
        n @ 0..32 => out.push(0xa0 | n as u8),
        n @ 32..256 => out.extend([0xd9, n as u8]),
        n @ 256..65536 => {
            out.push(0xda);
            out.extend((n as u16).to_be_bytes());
        }
        n => {
            out.push(0xdb);
            out.extend((n as u32).to_be_bytes());
        }
    }
    out.extend(text.as_bytes());
}

/// Appends msgpack bytes.
pub fn bin(out: &mut Vec<u8>, bytes: &[u8]) {
    match bytes.len() {
        n @ 0..256 => out.extend([0xc4, n as u8]),
        n @ 256..65536 => {
            out.push(0xc5);
            out.extend((n as u16).to_be_bytes());
        }
        n => {
            out.push(0xc6);
            out.extend((n as u32).to_be_bytes());
        }
    }
    out.extend(bytes);
}

/// Appends a msgpack unsigned integer.
pub fn uint(out: &mut Vec<u8>, value: u64) {
    match value {
        0..128 => out.push(value as u8),
        128..256 => out.extend([0xcc, value as u8]),
        256..65536 => {
            out.push(0xcd);
            out.extend((value as u16).to_be_bytes());
        }
        65536..0x1_0000_0000 => {
            out.push(0xce);
            out.extend((value as u32).to_be_bytes());
        }
        _ => {
            out.push(0xcf);
            out.extend(value.to_be_bytes());
        }
    }
}

/// The rows of a dump that uproot wrote; stops at the first thing that it would not have written.
pub fn rows(dump: &[u8]) -> Vec<Row> {
    let (mut rest, mut rows) = (dump, Vec::new());
    while let Some(row) = row(&mut rest) {
        rows.push(row);
    }
    rows
}

fn row(rest: &mut &[u8]) -> Option<Row> {
    let keys = take(rest, 1)?[0].checked_sub(0x80)?;
    let mut row = Row {
        seq: None,
        namespace: String::new(),
        field: String::new(),
        value: None,
        time: 0.0,
        context: String::new(),
    };
    for _ in 0..keys {
        match text(rest)?.as_str() {
            "seq" => row.seq = Some(number(rest)?),
            "namespace" => row.namespace = text(rest)?,
            "field" => row.field = text(rest)?,
            "value" => row.value = bytes(rest)?,
            "created_at" => {
                let float = take(rest, 9)?;
                row.time = f64::from_bits(u64::from_be_bytes(float[1..].try_into().ok()?));
            }
            "context" => row.context = text(rest)?,
            _ => return None,
        }
    }
    Some(row)
}

fn take<'a>(rest: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(n)?;
    *rest = tail;
    Some(head)
}

fn be(rest: &mut &[u8], n: usize) -> Option<u64> {
    Some(take(rest, n)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    match take(rest, 1)?[0] {
        small @ 0..0x80 => Some(u64::from(small)),
        tag @ 0xcc..=0xcf => be(rest, 1 << (tag - 0xcc)),
        _ => None,
    }
}

fn text(rest: &mut &[u8]) -> Option<String> {
    let n = match take(rest, 1)?[0] {
        tag @ 0xa0..=0xbf => u64::from(tag & 31),
        tag @ 0xd9..=0xdb => be(rest, 1 << (tag - 0xd9))?,
        _ => return None,
    };
    String::from_utf8(take(rest, n as usize)?.to_vec()).ok()
}

fn bytes(rest: &mut &[u8]) -> Option<Option<Vec<u8>>> {
    match take(rest, 1)?[0] {
        0xc0 => Some(None),
        tag @ 0xc4..=0xc6 => {
            let n = be(rest, 1 << (tag - 0xc4))?;
            Some(Some(take(rest, n as usize)?.to_vec()))
        }
        _ => None,
    }
}
