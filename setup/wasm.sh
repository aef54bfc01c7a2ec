#!/usr/bin/env bash
# Makes one Rust compiler able to build both the server and the browser's part (wasm32).
# usage: setup/wasm.sh prepare     find or make it, and say what was done
#        setup/wasm.sh env         print the shell exports that select it
# WASM_STD=rustup|debian|auto says where the standard library for wasm32 comes from:
#   rustup  the toolchain in use, with `rustup target add`
#   debian  Debian's rustc-web, its standard library built once into a private sysroot
#   auto    a target that is there, else rustup, else Debian (the default)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=wasm32-unknown-unknown
cache=${XDG_CACHE_HOME:-$HOME/.cache}/drydock/wasm32
debian_rustc=/usr/bin/rustc
debian_cargo=/usr/bin/cargo
debian_source=/usr/lib/rustlib/src/rust/library
# Link-time optimisation of our own crate reaches into std, and for that needs its bitcode.
std_flags=-Cembed-bitcode=yes
way=${WASM_STD:-auto}

say() { printf 'wasm: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# True when the given compiler has a standard library for the browser.
has_target() { [ -d "$("$1" --print sysroot 2>/dev/null)/lib/rustlib/$target/lib" ]; }

# True when the given compiler is one that this workspace can be built with.
is_new_enough() {
  local wanted is
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$here/../Cargo.toml")
  is=$("$1" -vV 2>/dev/null | sed -n 's/^release: //p')
  [ -n "$is" ] && printf '%s\n%s\n' "$wanted" "$is" | sort --version-sort --check=quiet
}

# True when Debian's compiler for the web is installed with all that its standard library needs.
has_debian() { is_new_enough "$debian_rustc" && [ -x "$debian_cargo" ] && [ -d "$debian_source/std" ] && debian_lld >/dev/null; }

# The linker whose LLVM fits Debian's compiler, which moves on with security updates.
lld_package() { "$debian_rustc" -vV | sed -n 's/^LLVM version: \([0-9]*\).*/lld-\1/p'; }
debian_lld() { command -v "$(lld_package 2>/dev/null)"; }

# The private sysroot belongs to one exact compiler and way to build: any other gets another folder.
sysroot() { printf '%s/%s\n' "$cache" "$({ "$debian_rustc" -vV; echo "$std_flags"; } | sha256sum | cut -c1-16)"; }

# True when the private sysroot has been built before.
has_sysroot() { has_debian && [ -x "$(sysroot)/bin/rustc" ]; }

# Which way `auto` goes, cheapest first; with "look" it changes nothing on the machine.
decide() {
  if is_new_enough rustc && has_target rustc; then echo rustup
  elif has_sysroot; then echo debian
  elif [ "${1:-}" = look ]; then return 1
  elif command -v rustup >/dev/null && rustup target add "$target" >&2; then echo rustup
  else echo debian; fi
}

# Builds std for wasm32 from Debian's source; RUSTC_BOOTSTRAP stays inside this one step.
build_sysroot() {
  local final=$1 work host lib
  work=$(mktemp -d "$cache/build.XXXXXX")
  host=$("$debian_rustc" -vV | sed -n 's/^host: //p')
  lib=$work/sysroot/lib/rustlib
  # shellcheck disable=SC2064 # the folder's name is wanted as it is now
  trap "rm -rf '$work'" EXIT
  mkdir -p "$work/src" "$lib/$host/bin" "$lib/$target/lib"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[lib]\npath = "lib.rs"\n' >"$work/Cargo.toml"
  printf '#![no_std]\n' >"$work/lib.rs"
  (
    cd "$work"
    unset CARGO_ENCODED_RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER CARGO_BUILD_TARGET
    RUSTFLAGS=$std_flags RUSTC=$debian_rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$work/target "$debian_cargo" build --release --quiet \
      --target "$target" -Zbuild-std=std,panic_abort
  ) >&2
  cp "$work/target/$target/release/deps/"*.rlib "$lib/$target/lib/"
  rm -f "$lib/$target/lib/"libempty-*.rlib
  ln -s "/usr/lib/rustlib/$host/lib" "$lib/$host/lib"
  ln -s "$(debian_lld)" "$lib/$host/bin/rust-lld"
  mkdir "$work/sysroot/bin"
  printf '#!/bin/sh\nexec %s --sysroot "%s" "$@"\n' "$debian_rustc" "$final" >"$work/sysroot/bin/rustc"
  chmod +x "$work/sysroot/bin/rustc"
  mv "$work/sysroot" "$final"
}

prepare_debian() {
  local final
  if ! has_debian; then
    "$here/packages.sh" rustc-web cargo-web rust-web-src
    is_new_enough "$debian_rustc" || "$here/packages.sh" --newest rustc-web cargo-web rust-web-src
    is_new_enough "$debian_rustc" || fail "$("$debian_rustc" --version) is the newest that Debian has here, and too old. Install Rust from https://rustup.rs"
    "$here/packages.sh" "$(lld_package)"
    has_debian || fail "$("$debian_rustc" --version) from Debian is there, but not all that it needs: $(lld_package), $debian_source"
  fi
  final=$(sysroot)
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  if [ ! -x "$final/bin/rustc" ]; then
    say "building the standard library for the browser, once, about a minute"
    build_sysroot "$final"
  fi
  say "$("$debian_rustc" --version) with a private sysroot"
}

prepare_rustup() {
  is_new_enough rustc || fail "$(rustc --version) is too old. Run: rustup update stable"
  if ! has_target rustc; then
    command -v rustup >/dev/null || fail "this compiler has no $target, and there is no rustup. Install Rust from https://rustup.rs"
    rustup target add "$target" >&2 || fail "rustup could not add it. Run: rustup target add $target"
  fi
  say "$(rustc --version) has $target"
}

case $way in
  auto | rustup | debian) ;;
  *) fail "WASM_STD is '$way'; it must be rustup, debian or auto" ;;
esac

case ${1:-} in
  prepare)
    if [ "$way" = auto ]; then way=$(decide); fi
    "prepare_$way"
    ;;
  env)
    if [ "$way" = auto ]; then way=$(decide look) || fail "nothing is prepared. Run: $0 prepare"; fi
    if [ "$way" = debian ]; then
      has_sysroot || fail "nothing is prepared. Run: $0 prepare"
      printf 'export RUSTC=%q\n' "$(sysroot)/bin/rustc"
    fi
    ;;
  *) fail "usage: $0 prepare|env" ;;
esac
