//! PID 1 of a sandbox, and the small programs that the server starts beside it.
//! Invariant: after set-up no process of the outer container has uid 0 or a capability.

use std::process::ExitCode;

mod connect;
mod fault;
mod groups;
mod inner;
mod outer;
mod wire;

fn main() -> ExitCode {
    let outcome = match std::env::args().nth(1).as_deref() {
        Some("init") => outer::init(),
        Some("connect") => connect::connect(),
        _ => Err(fault::Fault::Usage),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("supervisor: {}", fault.chain());
            ExitCode::FAILURE
        }
    }
}
