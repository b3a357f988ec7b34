//! Nonces that the server does not store.
