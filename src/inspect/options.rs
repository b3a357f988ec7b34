//! The options of the inspector.

/// What the flags say of the inspector.
#[derive(Debug, Clone, Copy, Default)]
pub struct InspectorOptions {
    /// Whether the server records what happens, and serves the page to the holder of the key.
    pub is_on: bool,
    /// Whether the holder of the key may disturb calls on purpose.
    pub has_chaos: bool,
    /// Whether a folder is served, not the built-in pages.
    pub has_folder: bool,
}
