# make test    installs what the tests need on Debian 12 with Rust, then runs every test
# make check   formatting, clippy with warnings denied, documentation
SHELL := /bin/bash
export CARGO_TERM_COLOR ?= never

.PHONY: test check tools

test: tools
	@if cargo nextest --version >/dev/null 2>&1; then cargo nextest run --workspace --locked; else cargo test --workspace --locked; fi

check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

tools:
	@missing=""; for tool in pkg-config openssl cc; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	if [ -n "$$missing" ] || ! pkg-config --exists openssl; then \
	  sudo=$$( [ "$$(id -u)" = 0 ] || echo sudo ); \
	  $$sudo apt-get update -qq && $$sudo apt-get install -y -qq build-essential pkg-config libssl-dev openssl; fi
