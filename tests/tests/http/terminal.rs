//! The web socket: a shell by bytes and offsets.

use std::time::Duration;

use tests::{Server, Terminal};

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_goes_on_where_it_stopped() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    let mut first = Terminal::attach(&ann, &lease, 0).await;
    first.type_line("kept=anchor; echo on$(printf e)").await;
    first.until("\rone\r\n").await;
    first.type_line("sleep 1; echo $kept-tw$(printf o)").await;
    first.until("tw$(printf o)").await;
    let at = first.end();
    // Printed while nobody looks.
    drop(first);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let mut second = Terminal::attach(&ann, &lease, at).await;
    second.until("anchor-two").await;
    ann.until_engine(&lease).await;
    second.type_line("docker version --format '{{.Server.Version}}' && echo en$(printf gine)").await;
    second.until("engine").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_on_the_socket_harms_nobody() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    let mut terminal = Terminal::attach(&ann, &lease, 0).await;
    for bad in ["", "{", "{\"type\":\"fly\"}", "{\"type\":\"open\",\"terminal\":300,\"cols\":1,\"rows\":1}"] {
        terminal.say(bad).await;
        assert_eq!(terminal.told("error").await["error"], "invalid", "{bad}");
    }
    terminal.say("{\"type\":\"attach\",\"terminal\":99,\"from\":0}").await;
    assert_eq!(terminal.told("error").await["error"], "refused");
    terminal.type_line("echo still he$(printf re)").await;
    terminal.until("still here").await;
}
