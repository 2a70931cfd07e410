//! Write the timeline as a table, CSV or JSONL.

use super::Filetype;
use super::cell::write_csv;
use super::json_text;
use super::number;
use super::study::Study;
use super::timeline::{COLUMNS, Event, time};
use crate::error::Result;
use crate::table::{Producer, STEP, Step};
use crate::write::spreadsheet;
use std::sync::Arc;

/// Writes the timeline as a table.
#[derive(Debug)]
pub struct Written {
    study: Arc<Study>,
    filetype: Filetype,
    /// Events written; `None` before the header.
    written: Option<usize>,
}

impl Written {
    /// Begins with a study.
    pub fn new(study: Arc<Study>, filetype: Filetype) -> Self {
        Written { study, filetype, written: None }
    }
}

impl Producer for Written {
    fn step(&mut self, out: &mut Vec<u8>) -> Result<Step> {
        let end = out.len() + STEP;
        if self.written.is_none() && self.filetype != Filetype::Jsonl {
            out.extend_from_slice(if self.filetype == Filetype::Spreadsheet { spreadsheet::MARK } else { b"" });
            out.extend_from_slice(COLUMNS.join(",").as_bytes());
            out.push(b'\n');
        }
        let mut at = self.written.unwrap_or(0);
        let timeline = self.study.timeline();
        for event in timeline.events(at) {
            match self.filetype {
                Filetype::Csv => csv(&event, false, out),
                Filetype::Spreadsheet => csv(&event, true, out),
                Filetype::Jsonl => jsonl(&event, out),
            }
            at += 1;
            if out.len() >= end {
                break;
            }
        }
        self.written = Some(at);
        Ok(if at < timeline.len() { Step::More } else { Step::Done })
    }

    fn rows(&self) -> u64 {
        self.written.unwrap_or(0) as u64
    }
}

fn csv(event: &Event<'_>, guards: bool, out: &mut Vec<u8>) {
    let mut digits = itoa::Buffer::new();
    out.extend_from_slice(digits.format(event.participant).as_bytes());
    out.push(b',');
    out.extend_from_slice(event.kind.as_str().as_bytes());
    out.push(b',');
    out.extend_from_slice(digits.format(event.id).as_bytes());
    for text in [event.class, event.label, event.module] {
        out.push(b',');
        write_csv(&if guards { spreadsheet::guarded(text.into()) } else { text.into() }, out);
    }
    for micros in [event.start, event.end] {
        out.push(b',');
        out.extend_from_slice(time(micros).unwrap_or_default().as_bytes());
    }
    out.push(b',');
    if let Some(seconds) = event.seconds.filter(|s| !s.is_nan()) {
        out.extend_from_slice(number::Buffer::default().python(seconds).as_bytes());
    }
    out.push(b'\n');
}

fn jsonl(event: &Event<'_>, out: &mut Vec<u8>) {
    let mut line =
        format!("{{\"participant_id\":{},\"event\":\"{}\",\"id\":{}", event.participant, event.kind.as_str(), event.id);
    let texts = [("class", event.class), ("label", event.label), ("module_id", event.module)];
    for (name, text) in texts {
        line.push_str(&format!(",\"{name}\":"));
        json_text::write_text(text, &mut line);
    }
    for (name, micros) in [("start", event.start), ("end", event.end)] {
        match time(micros) {
            Some(text) => line.push_str(&format!(",\"{name}\":\"{text}\"")),
            None => line.push_str(&format!(",\"{name}\":null")),
        }
    }
    match event.seconds.filter(|s| s.is_finite()) {
        Some(seconds) => line.push_str(&format!(",\"seconds\":{}}}\n", number::pandas(seconds))),
        None => line.push_str(",\"seconds\":null}\n"),
    }
    out.extend_from_slice(line.as_bytes());
}
