//! Stores a map as a list of entries in the order of its keys: keys need not be texts, and equal maps are stored alike.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A map with any order.
pub trait AnyMap<K, V>: FromIterator<(K, V)> {
    /// Its entries, in the order of their keys.
    fn sorted<'a>(&'a self) -> Vec<(&'a K, &'a V)>
    where
        K: 'a,
        V: 'a;
}

impl<K: Ord + Hash, V> AnyMap<K, V> for HashMap<K, V> {
    fn sorted<'a>(&'a self) -> Vec<(&'a K, &'a V)>
    where
        K: 'a,
        V: 'a,
    {
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_unstable_by(|one, other| one.0.cmp(other.0));
        entries
    }
}

impl<K: Ord, V> AnyMap<K, V> for BTreeMap<K, V> {
    fn sorted<'a>(&'a self) -> Vec<(&'a K, &'a V)>
    where
        K: 'a,
        V: 'a,
    {
        self.iter().collect()
    }
}

/// For `#[serde(with = "as_list")]`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<M, K, V, S>(map: &M, serializer: S) -> Result<S::Ok, S::Error>
where
    M: AnyMap<K, V>,
    K: Serialize,
    V: Serialize,
    S: Serializer,
{
    map.sorted().serialize(serializer)
}

/// For `#[serde(with = "as_list")]`.
///
/// # Errors
/// Those of the deserializer.
pub fn deserialize<'de, M, K, V, D>(deserializer: D) -> Result<M, D::Error>
where
    M: AnyMap<K, V>,
    K: Deserialize<'de>,
    V: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Vec::<(K, V)>::deserialize(deserializer).map(M::from_iter)
}
