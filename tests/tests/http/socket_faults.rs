//! Sockets that break, lie, stop reading or come by the hundred: every byte of output comes once, and is the right one;
//! what is not kept any more is told to the byte.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use futures::SinkExt as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::{Learner, Server, Socket, Terminal, next, socket};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

const PATIENCE: Duration = Duration::from_secs(60);
/// What the server lets a browser leave unacknowledged, as `server/src/http/socket.rs` has it, and what may be on its way
/// beside that.
const WINDOW: u64 = 512 * 1024;
const SLACK: u64 = 64 * 1024;
/// Bytes of one line of the stream: nine digits and a line break, as a terminal puts it out.
const LINE: u64 = 11;
/// Typed, it says where the stream begins; its own echo does not.
const BEGIN: &[u8] = b"\x02begin\r\n";

/// What came in one message.
#[derive(Debug)]
enum Heard {
    Output { offset: u64, bytes: Vec<u8> },
    Word(Value),
}

/// One socket, terminal 0 of it.
struct Line(Socket);

impl Line {
    async fn open(learner: &Learner, lease: &str) -> Self {
        Self(socket(learner, lease).await.unwrap())
    }

    async fn attached(learner: &Learner, lease: &str, from: u64) -> Self {
        let mut line = Self::open(learner, lease).await;
        line.attach(from).await;
        line
    }

    async fn attach(&mut self, from: u64) {
        self.say(&json!({"type": "attach", "terminal": 0, "from": from})).await;
    }

    async fn say(&mut self, ask: &Value) {
        self.0.send(Message::text(ask.to_string())).await.unwrap();
    }

    async fn acknowledge(&mut self, offset: u64) {
        self.say(&json!({"type": "ack", "terminal": 0, "offset": offset})).await;
    }

    async fn type_in(&mut self, text: &str) {
        self.0.send(Message::binary([&[0], text.as_bytes()].concat())).await.unwrap();
    }

    async fn hear(&mut self) -> Heard {
        match within("a message", next(&mut self.0)).await {
            Message::Binary(frame) => {
                assert_eq!(frame[0], 0, "of terminal 0");
                let offset = u64::from_be_bytes(frame[1..9].try_into().unwrap());
                Heard::Output { offset, bytes: frame[9..].to_vec() }
            }
            Message::Text(text) => Heard::Word(serde_json::from_str(&text).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    /// The next output or gap, whatever else is told.
    async fn of_the_terminal(&mut self) -> Heard {
        loop {
            match self.hear().await {
                Heard::Word(word) if word["type"] != "gap" => assert_ne!(word["type"], "exited", "{word}"),
                heard => return heard,
            }
        }
    }

    async fn word(&mut self, kind: &str) -> Value {
        loop {
            if let Heard::Word(word) = self.hear().await
                && word["type"] == kind
            {
                return word;
            }
        }
    }
}

async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("no {what}"))
}

/// A long output of which every byte is known by its offset.
struct Stream {
    first: u64,
    lines: u64,
}

impl Stream {
    /// Have it put out: in parts with a pause after each.
    fn command(lines: u64, parts: u64, pause: &str) -> String {
        let each = lines / parts;
        format!(
            "stty -echo; printf '\\002begin\\n'; for part in $(seq 0 {}); do seq -f %09.0f $((part*{each}+1)) $((part*{each}+{each})); sleep {pause}; done; stty echo\r",
            parts - 1
        )
    }

    /// Where it begins, looked for in what comes on a line.
    async fn begun(line: &mut Line, lines: u64) -> (Self, Seen) {
        let (mut output, mut from) = (Vec::new(), None);
        loop {
            let Heard::Output { offset, bytes } = line.of_the_terminal().await else {
                panic!("a gap before the stream")
            };
            let from = *from.get_or_insert(offset);
            assert_eq!(offset, from + output.len() as u64);
            output.extend(bytes);
            if let Some(at) = output.windows(BEGIN.len()).position(|some| some == BEGIN) {
                let stream = Self { first: from + (at + BEGIN.len()) as u64, lines };
                let mut seen = Seen::new(stream.first);
                seen.output(&stream, stream.first, &output[at + BEGIN.len()..]);
                return (stream, seen);
            }
        }
    }

    fn end(&self) -> u64 {
        self.first + self.lines * LINE
    }

    /// The bytes from one offset to another.
    fn bytes(&self, from: u64, to: u64) -> Vec<u8> {
        let (skip, count) = (((from - self.first) % LINE) as usize, (to - from) as usize);
        let lines = (from - self.first) / LINE + 1..=(to - self.first).div_ceil(LINE);
        lines.flat_map(|line| format!("{line:09}\r\n").into_bytes()).skip(skip).take(count).collect()
    }

    fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.bytes(self.first, self.end())).to_vec()
    }
}

/// What one reader has seen of a stream.
struct Seen {
    at: u64,
    hash: Sha256,
    /// Bytes told to be gone.
    gone: u64,
}

impl Seen {
    fn new(at: u64) -> Self {
        Self { at, hash: Sha256::new(), gone: 0 }
    }

    /// Takes output that must follow; as far as it is the stream's, it must be the stream's.
    fn output(&mut self, stream: &Stream, offset: u64, bytes: &[u8]) {
        assert_eq!(offset, self.at, "every byte once, in order");
        let end = (offset + bytes.len() as u64).min(stream.end());
        if end > offset {
            let bytes = &bytes[..(end - offset) as usize];
            assert!(stream.bytes(offset, end) == bytes, "the bytes from {offset} to {end} are others");
            self.hash.update(bytes);
        }
        self.at = offset + bytes.len() as u64;
    }

    fn heard(&mut self, stream: &Stream, heard: &Heard) {
        match heard {
            Heard::Output { offset, bytes } => self.output(stream, *offset, bytes),
            Heard::Word(gap) => {
                let (from, to) = (gap["from"].as_u64().unwrap(), gap["to"].as_u64().unwrap());
                assert!(from == self.at && to > from, "{gap} at {}", self.at);
                self.gone += to.min(stream.end()) - from.min(stream.end());
                self.at = to;
            }
        }
    }

    /// Reads to the end of the stream, acknowledging all.
    async fn to_the_end(&mut self, stream: &Stream, line: &mut Line) {
        self.slowly_to_the_end(stream, line, Duration::ZERO).await;
    }

    /// The same with a pause after each message.
    async fn slowly_to_the_end(&mut self, stream: &Stream, line: &mut Line, pause: Duration) {
        while self.at < stream.end() {
            let heard = line.of_the_terminal().await;
            self.heard(stream, &heard);
            line.acknowledge(self.at).await;
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
        }
    }
}

async fn somebody(server: &Server) -> (Learner, String) {
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    (ann, lease)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_comes_once_though_the_socket_breaks_after_each_frame() {
    let server = Server::start().await;
    let (ann, lease) = somebody(&server).await;
    let mut line = Line::attached(&ann, &lease, 0).await;
    // Less than is kept, so nothing may be gone.
    let lines = 20_000;
    line.type_in(&Stream::command(lines, 200, "0.01")).await;
    let (stream, mut seen) = Stream::begun(&mut line, lines).await;
    let mut cases = 0;
    while seen.at < stream.end() {
        // Dropped, not closed: as when a network goes.
        drop(line);
        line = Line::attached(&ann, &lease, seen.at).await;
        for _ in 0..=cases % 3 {
            let heard = line.of_the_terminal().await;
            seen.heard(&stream, &heard);
            // Beyond it there may be a prompt, and nothing after.
            if seen.at >= stream.end() {
                break;
            }
        }
        cases += 1;
    }
    assert_eq!((seen.gone, seen.hash.finalize().to_vec()), (0, stream.hash()));
    assert!(cases >= 12, "{cases} sockets broke");

    // More than is kept, and nobody there for a while: what is gone is told, what is left is right.
    let lines = 200_000;
    let mut line = Line::attached(&ann, &lease, seen.at).await;
    line.type_in(&Stream::command(lines, 40, "0.02")).await;
    let (stream, mut seen) = Stream::begun(&mut line, lines).await;
    let mut breaks = 0;
    while seen.at < stream.end() {
        drop(line);
        if breaks % 8 == 7 {
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        line = Line::attached(&ann, &lease, seen.at).await;
        for _ in 0..8 {
            let heard = line.of_the_terminal().await;
            seen.heard(&stream, &heard);
            if seen.at >= stream.end() {
                break;
            }
        }
        breaks += 1;
    }
    println!("{cases} and {breaks} broken sockets; {} of {} bytes told to be gone", seen.gone, lines * LINE);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sockets_see_the_same_bytes_though_one_is_slow() {
    let server = Server::start().await;
    let (ann, lease) = somebody(&server).await;
    let lines = 100_000;
    let mut first = Line::attached(&ann, &lease, 0).await;
    let mut second = Line::attached(&ann, &lease, 0).await;
    second.word("terminals").await;
    first.type_in(&Stream::command(lines, 1, "0")).await;
    let (stream, mut seen) = Stream::begun(&mut first, lines).await;
    let (of_second, mut also) = Stream::begun(&mut second, lines).await;
    assert_eq!(stream.first, of_second.first);
    let slow = also.slowly_to_the_end(&stream, &mut second, Duration::from_millis(5));
    tokio::join!(seen.to_the_end(&stream, &mut first), slow);
    let hash = stream.hash();
    assert_eq!((seen.gone, also.gone), (0, 0));
    assert!(seen.hash.finalize().to_vec() == hash && also.hash.finalize().to_vec() == hash);
}

#[tokio::test(flavor = "multi_thread")]
async fn lies_about_offsets_cost_no_byte_and_lift_no_limit() {
    let server = Server::start().await;
    let (ann, lease) = somebody(&server).await;
    let lines = 300_000;
    let mut line = Line::attached(&ann, &lease, 0).await;
    line.type_in(&Stream::command(lines, 1, "0")).await;
    let (stream, mut seen) = Stream::begun(&mut line, lines).await;
    // What never came cannot be acknowledged: the window stays what it is.
    let lies = [u64::MAX, 0, u64::MAX - 1, stream.end() + 1_000_000, 1, u64::MAX];
    for lie in lies {
        line.acknowledge(lie).await;
    }
    let acknowledged = seen.at;
    while let Ok(heard) = timeout(Duration::from_secs(2), line.of_the_terminal()).await {
        seen.heard(&stream, &heard);
        // A lie told early may have acknowledged what had been sent by then.
        assert!(seen.at - acknowledged < 2 * WINDOW + SLACK, "{} bytes without a word", seen.at - acknowledged);
    }
    assert!(seen.at < stream.end());
    // Out of order, twice, in the past: the last true word counts.
    for offset in [seen.at, acknowledged, seen.at, 0, u64::MAX] {
        line.acknowledge(offset).await;
    }
    let heard = line.of_the_terminal().await;
    seen.heard(&stream, &heard);

    // Attached anew, in the past: the same bytes again, from there on; old frames may still be on their way.
    let past = seen.at - 100_000;
    line.attach(past).await;
    loop {
        match line.of_the_terminal().await {
            Heard::Output { offset, bytes } if offset == past => {
                assert!(stream.bytes(past, past + bytes.len() as u64) == bytes);
                seen = Seen::new(past + bytes.len() as u64);
                break;
            }
            // What was asked for is gone already.
            Heard::Word(gap) if gap["from"] == past => {
                seen = Seen::new(gap["to"].as_u64().unwrap());
                break;
            }
            heard => seen.heard(&stream, &heard),
        }
    }
    seen.to_the_end(&stream, &mut line).await;

    // Beyond the end: told where it goes on, and it goes on there.
    let mut other = Line::open(&ann, &lease).await;
    for lie in [u64::MAX, stream.end() + 10_000_000] {
        other.attach(lie).await;
        let gap = other.word("gap").await;
        assert_eq!(gap["from"], lie);
        assert!(gap["to"].as_u64().unwrap() >= stream.end(), "{gap}");
    }
    for nonsense in [
        json!({"type": "attach", "terminal": 0, "from": -1}),
        json!({"type": "attach", "terminal": 0, "from": 1.5}),
        json!({"type": "ack", "terminal": 0, "offset": "1"}),
        json!({"type": "ack", "terminal": 256, "offset": 1}),
        json!({"type": "x".repeat(900_000)}),
    ] {
        other.say(&nonsense).await;
        let said = other.word("error").await;
        assert!(said["error"] == "invalid" && said["detail"].as_str().unwrap().len() < 1_000, "{said}");
    }
    other.type_in("echo still he$(printf re)\r").await;
    let mut text = String::new();
    while !text.contains("still here") {
        if let Heard::Output { bytes, .. } = other.of_the_terminal().await {
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_costs_the_server_little_and_is_told_what_it_missed() {
    let server = Server::start().await;
    let (mut ann, lease) = somebody(&server).await;
    let lines = 2_500_000;
    let mut line = Line::attached(&ann, &lease, 0).await;
    let before = server.memory_mib();
    let command = Stream::command(lines, 1, "0");
    line.type_in(&format!("{}; touch all-out\r", command.trim_end())).await;
    let (stream, mut seen) = Stream::begun(&mut line, lines).await;
    // Until the shell has waited as long as it waits for anybody, and has put out everything.
    let mut most = before;
    let out = format!("/api/leases/{lease}/files/all-out");
    let all_out = async {
        while ann.get(&out).await.status != 200 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            most = most.max(server.memory_mib());
        }
    };
    within("all of the output", all_out).await;
    assert!(most - before < 24.0, "{before:.0} MiB before, {most:.0} MiB meanwhile");
    seen.to_the_end(&stream, &mut line).await;
    println!("{:.1} MiB more; {} of {} bytes told to be gone", most - before, seen.gone, lines * LINE);
    assert!(seen.gone > 0, "27 MB are more than lies anywhere");
    // From then on it is waited for again.
    let lines = 100_000;
    line.type_in(&Stream::command(lines, 1, "0")).await;
    let (stream, mut seen) = Stream::begun(&mut line, lines).await;
    seen.slowly_to_the_end(&stream, &mut line, Duration::from_millis(2)).await;
    assert_eq!((seen.gone, seen.hash.finalize().to_vec()), (0, stream.hash()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_sockets_see_every_byte_and_leave_the_sandbox_usable() {
    let server = Server::start().await;
    let (mut ann, lease) = somebody(&server).await;
    let (lines, number) = (20_000, 100);
    let mut readers = Vec::new();
    for _ in 0..number {
        let mut line = Line::attached(&ann, &lease, 0).await;
        // The first prompt: it takes part.
        let Heard::Output { .. } = line.of_the_terminal().await else { panic!("a gap at the beginning") };
        readers.push(line);
    }
    let mut typist = Terminal::attach(&ann, &lease, 0).await;
    typist.until("# ").await;
    // Everything else goes on beside them.
    let began = Instant::now();
    assert_eq!(ann.get(&format!("/api/leases/{lease}/files")).await.status, 200);
    assert_eq!(ann.put(&format!("/api/leases/{lease}/files/beside"), b"x").await.status, 204);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    typist.type_line(Stream::command(lines, 1, "0").trim_end()).await;
    let reading = readers.into_iter().map(|mut line| async move {
        let (stream, mut seen) = Stream::begun(&mut line, lines).await;
        seen.to_the_end(&stream, &mut line).await;
        assert_eq!(seen.gone, 0);
        (line, seen.hash.finalize().to_vec(), stream.hash())
    });
    let mut lines = Vec::new();
    for (line, seen, whole) in futures::future::join_all(reading).await {
        assert_eq!(seen, whole);
        lines.push(line);
    }
    // A change of a file is told to all of them, by one watch.
    assert_eq!(ann.put(&format!("/api/leases/{lease}/files/told"), b"x").await.status, 204);
    for line in &mut lines {
        while !line.word("files").await["paths"].to_string().contains("told") {}
    }
    // There is an end to it, which leaves those there are.
    let mut refused = None;
    for _ in 0..60 {
        match socket(&ann, &lease).await {
            Ok(more) => lines.push(Line(more)),
            Err(status) => {
                refused = Some(status);
                break;
            }
        }
    }
    assert_eq!(refused, Some(429));
    drop(lines);
    let began = Instant::now();
    while socket(&ann, &lease).await.is_err() {
        assert!(began.elapsed() < PATIENCE, "nobody comes in any more");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_sizes_the_last_counts_and_none_is_out_of_bounds() {
    let server = Server::start().await;
    let (ann, lease) = somebody(&server).await;
    let mut line = Line::attached(&ann, &lease, 0).await;
    let mut terminal = Terminal::attach(&ann, &lease, 0).await;
    terminal.until("# ").await;
    for (last, wanted) in [((90, 33), "33 90"), ((65_535, 0), "1 500"), ((0, 65_535), "500 1"), ((80, 24), "24 80")] {
        for number in 0..1_000u32 {
            let (cols, rows) = (number * 7919 % 65_536, number * 104_729 % 65_536);
            line.say(&json!({"type": "resize", "terminal": 0, "cols": cols, "rows": rows})).await;
        }
        line.say(&json!({"type": "resize", "terminal": 0, "cols": last.0, "rows": last.1})).await;
        let began = Instant::now();
        while terminal.ask("stty size").await != wanted {
            assert!(began.elapsed() < PATIENCE, "never {wanted}");
        }
    }
    line.say(&json!({"type": "resize", "terminal": 0, "cols": 65_536, "rows": 24})).await;
    assert_eq!(line.word("error").await["error"], "invalid");
    assert_eq!(terminal.ask("stty size").await, "24 80");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_arrives_whole_and_what_nobody_takes_is_bounded() {
    let server = Server::start().await;
    let (ann, lease) = somebody(&server).await;
    let mut line = Line::attached(&ann, &lease, 0).await;
    let mut terminal = Terminal::attach(&ann, &lease, 0).await;
    terminal.until("# ").await;
    let paste = (0..95_325u32).map(|number| format!("{number:010}-")).collect::<String>();
    terminal
        .type_line(&format!("stty raw -echo; printf rea%s dy; head -c {} | sha256sum; stty sane", paste.len()))
        .await;
    terminal.until("ready").await;
    for part in paste.as_bytes().chunks(64 * 1024) {
        line.0.send(Message::binary([&[0], part].concat())).await.unwrap();
    }
    let hash: String = Sha256::digest(paste.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    terminal.until(&hash).await;

    // Nobody takes these.
    let before = server.memory_mib();
    terminal.type_line("stty raw -echo; printf slee%s ps; sleep 8; stty sane").await;
    terminal.until("sleeps").await;
    for _ in 0..48 {
        line.0.send(Message::binary(vec![0; 1_000_000])).await.unwrap();
    }
    assert_eq!(line.word("error").await["error"], "busy");
    let most = server.memory_mib();
    println!("{:.1} MiB more", most - before);
    assert!(most - before < 24.0, "{before:.0} MiB before, {most:.0} MiB after");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_words_of_a_shell_come_whole_and_the_next_one_goes_on_counting() {
    let server = Server::start().await;
    let (ann, lease) = somebody(&server).await;
    let lines = 20_000;
    let mut line = Line::attached(&ann, &lease, 0).await;
    let Heard::Output { .. } = line.of_the_terminal().await else { panic!("a gap at the beginning") };
    line.type_in(&Stream::command(lines, 1, "0").replace("stty echo\r", "exit 3\r")).await;
    // Typed into a shell that has gone.
    let (stream, mut seen) = Stream::begun(&mut line, lines).await;
    let code = loop {
        line.0.send(Message::binary(vec![0, b'x'])).await.unwrap();
        match line.hear().await {
            Heard::Word(word) if word["type"] == "exited" => break word["code"].clone(),
            Heard::Word(word) => assert_ne!(word["type"], "gap", "{word}"),
            output @ Heard::Output { .. } => seen.heard(&stream, &output),
        }
    };
    assert_eq!((code, seen.hash.finalize().to_vec()), (json!(3), stream.hash()));

    // Another one of the same number: who still waits for the end of the first does not get the middle of it.
    line.say(&json!({"type": "open", "terminal": 0, "cols": 80, "rows": 24})).await;
    let opened = line.word("opened").await;
    assert_eq!(opened["from"], seen.at, "offsets go on");
    let missed = stream.end() - 5;
    let mut late = Line::attached(&ann, &lease, missed).await;
    let Heard::Word(gap) = late.of_the_terminal().await else { panic!("output of another shell") };
    assert_eq!((&gap["from"], &gap["to"]), (&json!(missed), &opened["from"]));
    late.type_in("echo on$(printf e)\r").await;
    let Heard::Output { offset, .. } = late.of_the_terminal().await else { panic!("a gap") };
    assert_eq!(offset, seen.at);
    let mut fresh = Line::open(&ann, &lease).await;
    let listed = fresh.word("terminals").await["terminals"][0].clone();
    assert_eq!(listed["first_offset"], seen.at);
}
