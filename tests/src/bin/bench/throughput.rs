//! A chapter's page as fast as it can be had, against nginx that serves the same bytes from a file on this machine.
//! Invariant: both are asked by the same client in turn, and nginx runs only as long as it is measured.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use ::tests::Server;
use hyper::Method;
use tempfile::TempDir;

use crate::{pages::PAGE, report::Report, stats::Sample};

/// Each is asked so many times in turn.
const ROUNDS: usize = 3;
const SECONDS: &str = "4";
/// Connections that ask all the time.
const CROWD: &str = "32";
/// What both are asked for.
const ENCODING: (&str, &str) = ("accept-encoding", "br");

/// nginx with one file.
struct Nginx {
    child: Child,
    url: String,
    _folder: TempDir,
}

impl Nginx {
    fn start(page: &[u8]) -> Self {
        let program = std::env::var("NGINX_PROGRAM").expect("NGINX_PROGRAM names nginx's program: setup/nginx.sh");
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("page"), page).unwrap();
        // Found free, then left to nginx.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        fs::write(root.join("nginx.conf"), settings(root, port)).unwrap();
        let child = Command::new(program)
            .args(["-e", "stderr", "-p"])
            .arg(root)
            .args(["-c", "nginx.conf"])
            .stdout(Stdio::null())
            .spawn()
            .expect("nginx starts");
        let nginx = Self { child, url: format!("http://127.0.0.1:{port}/page"), _folder: folder };
        for _ in 0..100 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return nginx;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("nginx never listened");
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Asked to end, the first process ends the others.
        let _gone = Command::new("kill").arg(self.child.id().to_string()).status();
        let _waited = self.child.wait();
    }
}

/// As a careful host would have it: a worker for each core, files sent by the kernel, no log.
fn settings(root: &Path, port: u16) -> String {
    let root = root.display();
    // Its workers have to read the folder, whoever starts it.
    let user = if fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
        "user root;"
    } else {
        ""
    };
    format!(
        "{user} daemon off; worker_processes auto; pid {root}/pid; events {{ worker_connections 512; }}
        http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=16;
        client_body_temp_path {root}/a; proxy_temp_path {root}/b; fastcgi_temp_path {root}/c; uwsgi_temp_path {root}/d;
        scgi_temp_path {root}/e; server {{ listen 127.0.0.1:{port}; root {root}; default_type \"text/html; charset=utf-8\";
        add_header Content-Encoding br; add_header Cache-Control \"private, no-cache\"; }} }}"
    )
}

/// Requests a second, and the median time of one, ms.
struct Seen {
    rate: f64,
    median: f64,
}

async fn ask(url: &str, connections: &str) -> Seen {
    let header = format!("{}: {}", ENCODING.0, ENCODING.1);
    let output = tokio::process::Command::new("wrk")
        .args(["-t1", "-c", connections, "-d", SECONDS, "--latency", "-H", &header, url])
        .output()
        .await
        .expect("wrk runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    read(&said).unwrap_or_else(|| panic!("wrk said: {said}{}", String::from_utf8_lossy(&output.stderr)))
}

/// What wrk says; none when anything but good answers came.
fn read(said: &str) -> Option<Seen> {
    if said.contains("Non-2xx") || said.contains("Socket errors") {
        return None;
    }
    let after = |name: &str| said.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
    Some(Seen { rate: after("Requests/sec:")?.parse().ok()?, median: milliseconds(after("50%")?)? })
}

fn milliseconds(text: &str) -> Option<f64> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1000.0)];
    units.iter().find_map(|(unit, times)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * times))
}

pub(crate) async fn measure(server: &Server, report: &mut Report) {
    let mut learner = server.learner();
    let page = learner.ask(Method::GET, PAGE, &[ENCODING], b"").await;
    assert_eq!((page.status, page.header("content-encoding")), (200, "br"));
    let ours = server.url(PAGE);
    let nginx = Nginx::start(&page.body);
    let (mut rates, mut theirs, mut alone) = (Sample::default(), Sample::default(), Sample::default());
    for _ in 0..ROUNDS {
        rates.add(ask(&ours, CROWD).await.rate);
        theirs.add(ask(&nginx.url, CROWD).await.rate);
        alone.add(ask(&ours, "1").await.median);
    }
    let (rate, base) = (rates.median(), theirs.median());
    let detail =
        format!("{base:.0} requests a second by nginx against {rate:.0}, {CROWD} connections, {ROUNDS} times in turn");
    report.note("chapter_throughput", base / rate, "ratio", Some(2.0), detail);
    let detail = "the median of requests one after the other, as the client sees it".to_owned();
    report.note("chapter_p50", alone.median(), "ms", Some(1.0), detail);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_says_is_read() {
        let said = "Running 4s test @ http://127.0.0.1:1/\n  1 threads and 32 connections\n  Latency Distribution\n     50%  732.00us\n     75%    1.51ms\n  81234 requests in 4.00s, 1.2GB read\nRequests/sec:  20308.50\nTransfer/sec: 300.0MB\n";
        let seen = read(said).unwrap();
        assert!((seen.rate - 20308.5).abs() < 1e-9 && (seen.median - 0.732).abs() < 1e-9);
        assert!(read(&said.replace("Transfer", "  Non-2xx or 3xx responses: 5\nTransfer")).is_none());
        assert_eq!(milliseconds("1.5s"), Some(1500.0));
        assert_eq!(milliseconds("fast"), None);
    }
}
