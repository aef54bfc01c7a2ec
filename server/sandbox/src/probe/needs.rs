//! What exercises may need, each really done in a sandbox. Invariant: one script for each need, which fails when it is not met.

use std::{collections::BTreeMap, time::Duration};

use domain::exercise::Need;

use crate::{Program, Sandbox, SandboxError};

/// For one of them, on a busy host.
const PATIENCE: Duration = Duration::from_secs(120);
/// Of what a script that failed said, characters.
const LONGEST: usize = 300;

const RUN: &str = "docker run --rm busybox true";
const BUILD: &str = r"set -e
printf 'FROM busybox\nRUN echo made >/made\n' | docker build -q -t drydock-probe - >/dev/null
test $(docker run --rm drydock-probe cat /made) = made";
/// Two services that find each other by name.
const COMPOSE: &str = r#"set -e
mkdir -p /tmp/probe
cd /tmp/probe
cat >compose.yaml <<'END'
services:
  server: { image: busybox, command: httpd -f -p 80 -h /etc, stop_signal: SIGKILL }
  client:
    image: busybox
    depends_on: [server]
    command: sh -c 'for n in $$(seq 100); do wget -qO- -T 2 http://server/passwd && exit 0; sleep 0.2; done; exit 1'
END
docker compose up -d --quiet-pull 2>up.log || { tail -n 3 up.log >&2; exit 1; }
code=$(docker wait probe-client-1)
[ "$code" = 0 ] || { echo 'a service does not reach the other one by its name:' >&2; docker logs --tail 1 probe-client-1 >&2; }
docker compose down -t 0 >/dev/null 2>&1
exit "$code""#;
/// A service with a published port that answers.
const SWARM: &str = r#"set -e
docker swarm init --advertise-addr lo >/dev/null
docker service create -qd --name probe --endpoint-mode dnsrr --publish mode=host,target=80,published=18080 \
  busybox httpd -f -p 80 -h /etc >/dev/null
for n in $(seq 100); do curl -sfm 2 localhost:18080/passwd >/dev/null && met=yes && break; sleep 0.2; done
[ -n "$met" ] || { echo 'a service does not answer:' >&2; docker service ps --no-trunc --format '{{.CurrentState}} {{.Error}}' probe >&2; }
docker service rm probe >/dev/null; docker swarm leave --force >/dev/null
[ -n "$met" ]"#;
/// A container of the other host, started over ssh, answers here under that host's name, and a container of this one at its
/// address; and it is another host.
const TWO_HOSTS: &str = r#"set -e
export DOCKER_HOST=ssh://second
[ "$(docker info --format '{{.Name}}')" = second ] || { echo 'the second host has no engine of its own' >&2; exit 1; }
docker run -d --rm --name probe -p 18081:80 busybox httpd -f -p 80 -h /etc >/dev/null
for n in $(seq 100); do curl -sfm 2 second:18081/passwd >/dev/null && met=yes && break; sleep 0.2; done
[ -n "$met" ] || { echo 'a container of the second host does not answer here' >&2; docker kill probe >/dev/null; exit 1; }
there=$(getent hosts second | cut -d" " -f1)
DOCKER_HOST= docker run --rm busybox wget -qO- -T 5 "http://$there:18081/passwd" >/dev/null 2>&1 || unmet=yes
docker kill probe >/dev/null
[ -z "$unmet" ] || { echo 'a container of this host does not reach the second one' >&2; exit 1; }"#;
/// More processes and more memory than the limits allow, and as much processor time as the kernel was told.
const LIMITS: &str = r#"set -e
forks='for n in 1 2 3 4 5; do sleep 1 & done; wait'
docker run --rm --pids-limit 3 busybox sh -c "$forks" 2>&1 | grep -q "can't fork" || {
  echo 'they are recorded, and a container has more processes than it may' >&2; exit 1; }
code=0
said=$(docker run --rm --memory 32m --memory-swap 32m busybox sh -c 'head -c 96m /dev/zero | tail -c 96m >/dev/null' 2>&1) || code=$?
[ "$code" != 0 ] || { echo 'they are recorded, and a container has more memory than it may' >&2; exit 1; }
[ "$code" = 137 ] || { echo "a container with a limit of memory ended with code $code: $said" >&2; exit 1; }
time=$(docker run --rm --cpus 0.5 busybox cat /sys/fs/cgroup/cpu.max)
[ "$time" = '50000 100000' ] || { echo "they are recorded, and a container has more processor time than it may: $time" >&2; exit 1; }"#;

/// Needs that are not met, with the reason.
pub(super) async fn lacking(sandbox: &Sandbox) -> Result<BTreeMap<Need, String>, SandboxError> {
    let mut lacks = BTreeMap::new();
    for (need, script) in [
        (Need::Run, RUN),
        (Need::Build, BUILD),
        (Need::Compose, COMPOSE),
        (Need::Swarm, SWARM),
        (Need::Limits, LIMITS),
        (Need::TwoHosts, TWO_HOSTS),
    ] {
        // All else runs containers.
        if let Some(why) = lacks.get(&Need::Run).cloned() {
            lacks.insert(need, why);
            continue;
        }
        if need == Need::TwoHosts
            && let Err(error) = sandbox.add_host().await
        {
            match error {
                SandboxError::Refused { message, .. } => lacks.insert(need, one_line(&message)),
                other => return Err(other),
            };
            continue;
        }
        let ran = sandbox.run(Program::shell(script).timeout(PATIENCE)).await?;
        if ran.exit_code != 0 || ran.timed_out {
            lacks.insert(need, failure(&ran));
        }
    }
    Ok(lacks)
}

fn failure(ran: &protocol::Ran) -> String {
    let said = [&ran.stderr, &ran.stdout].into_iter().find(|said| !said.trim().is_empty());
    let said = said.map_or_else(String::new, |said| one_line(said));
    match (ran.timed_out, said.is_empty()) {
        (true, _) => format!("it did not come to an end in {} s", PATIENCE.as_secs()),
        (false, true) => format!("it ended with code {}", ran.exit_code),
        (false, false) => said.trim_end_matches('.').to_owned(),
    }
}

/// The end of what was said, in one line of bounded length.
fn one_line(said: &str) -> String {
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let from = said.char_indices().rev().nth(LONGEST).map_or(0, |(at, _)| at);
    if from > 0 { format!("… {}", &said[from..]) } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(stderr: &str, timed_out: bool) -> protocol::Ran {
        let (stdout, stderr) = (String::new(), stderr.to_owned());
        protocol::Ran { exit_code: 3, stdout, stderr, timed_out, truncated: false }
    }

    #[test]
    fn a_failure_is_told_in_one_line_of_bounded_length() {
        assert_eq!(failure(&ran("docker: no\n  such thing.\n", false)), "docker: no such thing");
        assert_eq!(failure(&ran(" \n", false)), "it ended with code 3");
        assert!(failure(&ran("x", true)).contains("120 s"));
        let long = failure(&ran(&"é".repeat(5000), false));
        assert!(long.starts_with("… é") && long.chars().count() < LONGEST + 5, "{long}");
    }
}
