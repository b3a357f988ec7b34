//! Entries as Redis gives them.

use redis::Value;

use super::entry::EntryId;

/// An entry as Redis gives it: its id, and the value of its only field.
#[derive(Debug, Clone)]
pub struct RawEntry {
    /// Its id.
    pub id: EntryId,
    /// The value of its field.
    pub text: String,
}

/// The answer to XREAD: entries by stream.
///
/// # Errors
/// What is wrong with it.
pub fn streams_of(answer: Value) -> Result<Vec<(String, Vec<RawEntry>)>, &'static str> {
    let pairs: Vec<(Value, Value)> = match answer {
        Value::Nil => return Ok(Vec::new()),
        Value::Map(pairs) => pairs,
        Value::Array(streams) => {
            let pair = |stream| match stream {
                Value::Array(parts) => <[Value; 2]>::try_from(parts).ok().map(|[name, entries]| (name, entries)),
                _ => None,
            };
            let pairs: Option<Vec<_>> = streams.into_iter().map(pair).collect();
            pairs.ok_or("a stream is no pair")?
        }
        _ => return Err("no streams"),
    };
    pairs.into_iter().map(|(name, entries)| Ok((text(name)?, entries_of(entries)?))).collect()
}

/// The answer to XRANGE: entries.
///
/// # Errors
/// What is wrong with it.
pub fn entries_of(answer: Value) -> Result<Vec<RawEntry>, &'static str> {
    let Value::Array(entries) = answer else { return Err("no entries") };
    let entry = |entry| {
        let Value::Array(parts) = entry else { return Err("an entry is no pair") };
        let [id, fields] = <[Value; 2]>::try_from(parts).map_err(|_| "an entry is no pair")?;
        let id = text(id)?.parse()?;
        let Value::Array(mut fields) = fields else { return Err("an entry has no fields") };
        let value = fields.pop().ok_or("an entry has no fields")?;
        Ok(RawEntry { id, text: text(value)? })
    };
    entries.into_iter().map(entry).collect()
}

fn text(value: Value) -> Result<String, &'static str> {
    match value {
        Value::BulkString(bytes) => String::from_utf8(bytes).map_err(|_| "it is no text"),
        Value::SimpleString(text) => Ok(text),
        _ => Err("it is no text"),
    }
}
