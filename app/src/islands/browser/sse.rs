//! Server-sent events.
//! Invariant: dropping `Events` closes the stream; until then the browser reopens it by itself.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use super::parts::at;

type Listener = Closure<dyn FnMut(MessageEvent)>;

/// A stream of named events.
pub(in crate::islands) struct Events {
    source: EventSource,
    listeners: Vec<Listener>,
}

impl Events {
    /// Opens a stream; `None` when the browser has none to give.
    pub(in crate::islands) fn open(url: &str) -> Option<Self> {
        Some(Self { source: EventSource::new(&at(url)).ok()?, listeners: Vec::new() })
    }

    /// Calls back with the data of each event of this name.
    pub(in crate::islands) fn on<T: serde::de::DeserializeOwned>(
        mut self,
        name: &str,
        mut then: impl FnMut(T) + 'static,
    ) -> Self {
        let listener = Listener::new(move |event: MessageEvent| {
            let data = event.data().as_string().unwrap_or_default();
            if let Ok(data) = serde_json::from_str(&data) {
                then(data);
            }
        });
        let added = self.source.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        if added.is_ok() {
            self.listeners.push(listener);
        }
        self
    }

    /// Calls back when the stream is gone for good: the server refused it.
    pub(in crate::islands) fn on_refused(mut self, mut then: impl FnMut() + 'static) -> Self {
        let source = self.source.clone();
        let listener = Listener::new(move |_: MessageEvent| {
            if source.ready_state() == EventSource::CLOSED {
                then();
            }
        });
        self.source.set_onerror(Some(listener.as_ref().unchecked_ref()));
        self.listeners.push(listener);
        self
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.source.set_onerror(None);
        self.source.close();
    }
}
