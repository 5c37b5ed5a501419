# make demo    builds the service and plays its main story in demo-world/; stays up (EXIT=1: ends when the story ends)
# make test    installs what the tests need on Debian 12 with Rust, starts PostgreSQL, runs every test
# make check   formatting, clippy with warnings denied, documentation
SHELL := /bin/bash
export CARGO_TERM_COLOR ?= never

DIR ?= demo-world
LISTEN ?= 127.0.0.1:8080

.PHONY: demo test check tools build-tools

demo: build-tools
	cargo build --release --locked
	./target/release/qolhat demo --dir $(DIR) --listen $(LISTEN) $(if $(EXIT),--exit)

test: tools
	@if cargo nextest --version >/dev/null 2>&1; then tests/with-postgres cargo nextest run --workspace --locked; \
	else tests/with-postgres cargo test --workspace --locked; fi
	@[ -d "$${QOLHAT_SHARED:-../shared}/nca" ] || \
	  echo "SKIPPED: every test on real objects of the national CA: set QOLHAT_SHARED to the folder that holds nca/"

check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

build-tools:
	@need=""; \
	command -v cc >/dev/null || need="$$need build-essential"; \
	command -v pkg-config >/dev/null || need="$$need pkg-config"; \
	pkg-config --exists openssl 2>/dev/null || need="$$need libssl-dev"; \
	if [ -n "$$need" ]; then sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $$need; fi

tools: build-tools
	@need=""; \
	command -v openssl >/dev/null || need="$$need openssl"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need="$$need postgresql"; \
	if [ -n "$$need" ]; then sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $$need; fi
