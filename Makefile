# make demo    builds the service and plays its main story in demo-world/; stays up (EXIT=1: ends when the story ends)
# make test    installs what the tests need on Debian 12 with Rust, starts PostgreSQL, runs every test, and those that set up
#              a whole service once more on PostgreSQL and S3
# make bench-journal   measures the journal on a PostgreSQL that flushes every commit, ends with a table of ratios;
#              FLUSH_MICROS=1000 makes each flush so much slower, as on most disks
# make great-log   ENTRIES=10000000 entries by the sequencer, then what an extract costs beside a small log
# make screenshots   draws every page in three languages, two widths, light and dark, into target/screenshots
# make bench   measures national signatures against gost-engine and OpenSSL, ends with a table of ratios
# make torture   kills service, sequencer and PostgreSQL under load for MINUTES=10, ends with its counts; see docs/torture.md
# make fuzz-smoke   every reader over mutations of good inputs, the same ones each time; half a minute, no libFuzzer
# make fuzz    every reader under libFuzzer, MINUTES=10 in all; begins where it ended; installs cargo-fuzz and a C++ compiler
# make check   formatting, clippy with warnings denied, documentation
SHELL := /bin/bash
export CARGO_TERM_COLOR ?= never

DIR ?= demo-world
LISTEN ?= 127.0.0.1:8080

.PHONY: demo test torture bench bench-journal great-log check tools build-tools screenshots fuzz fuzz-smoke fuzz-tools

demo: build-tools
	cargo build --release --locked
	./target/release/qolhat demo --dir $(DIR) --listen $(LISTEN) $(if $(EXIT),--exit)

test: tools
	@if cargo nextest --version >/dev/null 2>&1; then tests/with-postgres cargo nextest run --workspace --locked; \
	else tests/with-postgres cargo test --workspace --locked; fi
	@# The whole workspace again: one crate alone has other features of its dependencies, and all would be built twice.
	@# Those tests that leave the choice of database and store to the run; those that choose PostgreSQL have run.
	@staged=$$(grep -rlE 'Stage::set(_with)?\(|Database::chosen' tests/spec --include='*.rs' | sed 's|^tests/spec/||; s|/.*||; s|\.rs$$||' | sort -u | grep -vE '^(support|browser|ncalayer|fetch|online|extend|demo|kill)$$') && \
	export QOLHAT_SPEC_DATABASE=postgres QOLHAT_SPEC_BLOBS=s3 && echo "once more on PostgreSQL and S3:" $$staged && \
	if cargo nextest --version >/dev/null 2>&1; then \
	  tests/with-postgres cargo nextest run --workspace --locked -E "binary(=spec) & test(/^($$(echo $$staged | tr ' ' '|'))::/) & not test(/gibibyte|on_postgresql/)"; \
	else tests/with-postgres cargo test --workspace --test spec --locked -- $$(printf '%s:: ' $$staged); fi
	@[ -d "$${QOLHAT_SHARED:-../shared}/nca" ] || \
	  echo "SKIPPED: every test on real objects of the national CA: set QOLHAT_SHARED to the folder that holds nca/"

bench: build-tools
	@ls /usr/lib/*/engines-3/gost.so >/dev/null 2>&1 || { sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq libengine-gost-openssl; }
	cargo bench -p qolhat-pki --bench gost --bench cms --bench crl --locked

bench-journal: tools
	POSTGRES_FLUSH_MICROS=$(FLUSH_MICROS) QOLHAT_POSTGRES_FLAGS="-c fsync=on" tests/with-postgres cargo bench -p qolhat --bench journal --locked

great-log: build-tools
	ENTRIES=$${ENTRIES:-10000000} cargo bench -p qolhat --bench great_log --locked

check:
	cargo fmt --all --check
	cd fuzz && cargo fmt --check
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
	command -v chromium >/dev/null || need="$$need chromium"; \
	command -v chromedriver >/dev/null || need="$$need chromium-driver"; \
	ls /usr/share/fonts/truetype/noto/NotoSans-Regular.ttf >/dev/null 2>&1 || need="$$need fonts-noto-core"; \
	ls /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf >/dev/null 2>&1 || need="$$need fonts-dejavu-core"; \
	command -v pdftotext >/dev/null || need="$$need poppler-utils"; \
	command -v qpdf >/dev/null || need="$$need qpdf"; \
	ls /usr/lib/softhsm/libsofthsm2.so >/dev/null 2>&1 || need="$$need libsofthsm2"; \
	command -v ip >/dev/null || need="$$need iproute2"; \
	command -v node >/dev/null || need="$$need nodejs"; \
	command -v npm >/dev/null || need="$$need npm"; \
	python3 -c 'import ensurepip, venv' 2>/dev/null || need="$$need python3-venv"; \
	if [ -n "$$need" ]; then sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$sudo mkdir -p /etc/postgresql-common/createcluster.d; \
	  echo "create_main_cluster = false" | $$sudo tee /etc/postgresql-common/createcluster.d/no-main.conf >/dev/null; \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$need; fi
	@mkdir -p target/npm && cmp -s tests/js/package.json target/npm/package.json || \
	  (cp tests/js/package.json target/npm/package.json.new && cd target/npm && mv package.json.new package.json && \
	   npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts || (rm -f package.json; exit 1))
	@cmp -s tests/py/requirements.txt target/py/requirements.txt || \
	  (rm -rf target/py && python3 -m venv target/py && \
	   target/py/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r tests/py/requirements.txt && \
	   cp tests/py/requirements.txt target/py/requirements.txt || (rm -rf target/py; exit 1))
	@tests/fetch-suites target/suites

screenshots: tools
	cargo build --locked --tests
	SCREENSHOTS=$(CURDIR)/target/screenshots cargo test --locked --test spec -- every_page_in --test-threads 1
	@echo "target/screenshots"

MINUTES ?= 10

torture: tools
	QOLHAT_POSTGRES_FLAGS="-c fsync=on" TORTURE_MINUTES=$(MINUTES) tests/with-postgres \
	  cargo test --profile torture -p qolhat --features torture --test torture --locked -- --ignored --nocapture --test-threads 1

fuzz-smoke: build-tools
	cd fuzz && cargo run --release --locked --bin smoke -- run --iterations 20000 --seconds 32

# The flags of sanitizers are those of an unstable compiler, so the stable one is told to take them.
fuzz: fuzz-tools
	@cd fuzz && cargo run --release --locked --bin smoke -- seeds corpus-seeds && \
	export RUSTC_BOOTSTRAP=1 LSAN_OPTIONS=detect_leaks=0 && \
	cargo fuzz build --fuzz-dir . --features libfuzzer && \
	targets=$$(ls fuzz_targets | sed 's/\.rs$$//') && each=$$(( $(MINUTES) * 60 / $$(echo $$targets | wc -w) )) && bad="" && \
	for target in $$targets; do \
	  mkdir -p corpus/$$target && echo "$$target: $$each s" && \
	  cargo fuzz run --fuzz-dir . --features libfuzzer $$target corpus/$$target corpus-seeds/$$target -- \
	    -max_total_time=$$each -rss_limit_mb=2048 -timeout=10 -max_len=65536 -print_final_stats=1 > corpus/$$target.log 2>&1 || bad="$$bad $$target"; \
	  grep -E '^#[0-9]+.DONE|SUMMARY|panicked' corpus/$$target.log || true; \
	done; \
	if [ -n "$$bad" ]; then echo "FOUND: inputs for$$bad in fuzz/artifacts"; exit 1; fi

fuzz-tools: build-tools
	@command -v c++ >/dev/null || { sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq g++; }
	@command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked --version 0.13.2
