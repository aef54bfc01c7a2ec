//! The drydock server: everything that touches the world.

pub mod store;
