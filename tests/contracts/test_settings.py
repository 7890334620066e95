"""Settings: the page is the table, what is wrong is said with name, value and example, and nobody else reads them."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from services.intake.identity import Keys
from tests.packs_read import load_policies
from tousu.failure import Stop
from tousu.runtime.master_key import master_key
from tousu.runtime.settings import OURS_IN_KAFKA, PREFIX, TABLE, as_markdown, read_settings
from tousu.runtime.wiring import Wiring

ROOT = Path(__file__).resolve().parents[2]
KEY = sha256(b"a key of tests").digest()


def test_the_page_is_the_table() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == as_markdown()


def test_every_default_is_a_right_value() -> None:
    settings = read_settings("router", {})
    assert (settings.group, settings.database) == ("tousu.router", "sqlite:///data/router.sqlite")
    assert settings.connection.servers == "localhost:9092"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_row_says_what_it_means(row: tuple[str, ...]) -> None:
    name, _, _, meaning, example, *_ = row
    assert name == name.lower()
    assert len(meaning) > 10
    assert example


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BROKER", "kafka", "must be host:port"),
        ("PARTITIONS", "0", "between 1 and 100000"),
        ("PARTITIONS", "4.5", "must be a whole number"),
        ("SESSION_S", "ten", "must be a number"),
        ("SESSION_S", "0", "between 0.5 and 1800"),
        ("TIME", "", "must be one of wall, events"),
        ("KAFKA", "[]", "must be a JSON object"),
        ("KAFKA", '{"enable.idempotence": false}', "must not set enable.idempotence"),
        ("KAFKA_CA_FILE", "/nowhere/ca.pem", "must name a file that can be read"),
        ("METRICS_PORT", "70000", "between 0 and 65535"),
        ("FAILPOINT", "after_lunch:1", "no fail point 'after_lunch'"),
        ("DATABASE", "oracle://x", "must begin with postgresql:// or sqlite:///"),
        ("ORGANISATIONS", "acme", "must be NAME=PACK"),
        ("ORGANISATIONS", "Acme=logistics", "must be NAME=PACK"),
        ("ORGANISATIONS", "acme=logistics,acme=auto-service", "must name each organisation once"),
        ("DATABASE", "no url", "must be a database address"),
    ],
)
def test_a_wrong_value_is_named_with_its_example(name: str, value: str, words: str) -> None:
    with pytest.raises(Stop) as caught:
        read_settings("router", {PREFIX + name: value})
    assert caught.value.reason == "wrong_setting"
    assert f"{PREFIX}{name} is " in caught.value.message
    assert words in caught.value.message
    assert f"for example {PREFIX}{name}=" in caught.value.message


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"KAFKA_CA_FILE": "x"}, "KAFKA_PROTOCOL is PLAINTEXT, so nothing would be encrypted: set .*=SSL"),
        (
            {"KAFKA_CA_FILE": "x", "KAFKA_PROTOCOL": "SASL_PLAINTEXT", "KAFKA_USER": "a", "KAFKA_PASSWORD": "b"},
            "nothing would be encrypted: set .*=SASL_SSL",
        ),
        ({"KAFKA_CERTIFICATE_FILE": "x", "KAFKA_PROTOCOL": "SSL"}, "belong together"),
        ({"KAFKA_KEY_FILE": "x", "KAFKA_PROTOCOL": "SSL"}, "belong together"),
    ],
)
def test_settings_that_contradict_each_other_are_named_with_the_fix(
    given: dict[str, str], words: str, tmp_path: Path
) -> None:
    file = tmp_path / "x"
    file.write_text("-")
    with pytest.raises(Stop, match=words) as caught:
        read_settings("router", {PREFIX + name: str(file) if value == "x" else value for name, value in given.items()})
    assert caught.value.reason == "wrong_setting"


def test_a_misspelt_variable_is_not_passed_over() -> None:
    with pytest.raises(Stop, match=r"TOUSU_PARTITION is no setting; did you mean TOUSU_PARTITIONS\?"):
        read_settings("router", {"TOUSU_PARTITION": "4"})
    read_settings("router", {"TOUSU_CACHE": "/tmp/x", "PATH": "/bin"})


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("s3cret\n")
    given = {
        "TOUSU_KAFKA_PROTOCOL": "SASL_SSL", "TOUSU_KAFKA_USER": "router", "TOUSU_KAFKA_PASSWORD_FILE": str(file),
        "TOUSU_DATABASE": "postgresql://router:s3cret@db/router", "TOUSU_MASTER_KEY": "s3cret",
    }  # fmt: skip
    settings = read_settings("router", given)
    assert "s3cret" not in repr(settings)
    assert settings.connection.librdkafka()["sasl.password"] == "s3cret"
    assert settings.connection.kafka_python()["sasl_plain_password"] == "s3cret"
    with pytest.raises(Stop, match="TOUSU_KAFKA_USER and TOUSU_KAFKA_PASSWORD_FILE must be given"):
        read_settings("router", {"TOUSU_KAFKA_PROTOCOL": "SASL_SSL"})


MARK = "s3cret"


@pytest.mark.parametrize(
    ("name", "value"),
    (
        ("KAFKA", f'{{"ssl.key.password": "{MARK}"'),
        ("KAFKA", f'{{"ssl.key.password": "{MARK}", "acks": "1"}}'),
        ("DATABASE", f"oracle://router:{MARK}@db/router"),
        ("DATABASE", f"postgresql://router:{MARK}/router"),
        ("DATABASE", f"postgresql:/router:{MARK}"),
        ("MASTER_KEY", MARK),
    ),
)
def test_a_wrong_secret_is_not_repeated(name: str, value: str, tmp_path: Path) -> None:
    def start() -> None:
        settings = read_settings("router", {PREFIX + name: value})
        master_key(settings.master_key, settings.master_key_file, tmp_path, is_production=False)

    with pytest.raises(Stop) as caught:
        start()
    assert MARK not in f"{caught.value}{caught.value.message}"
    assert MARK not in "".join(traceback.format_exception(caught.value))


def test_no_secret_stands_in_the_form_in_which_python_shows_a_value() -> None:
    given = {
        "TOUSU_KAFKA": f'{{"ssl.key.password": "{MARK}"}}', "TOUSU_KAFKA_PASSWORD": MARK, "TOUSU_MASTER_KEY": MARK,
        "TOUSU_DATABASE": f"postgresql://router:{MARK}@db/router",
    }  # fmt: skip
    settings = read_settings("router", given)
    wiring = Wiring(load_policies("courier-network"), 1, False, MARK.encode(), None, None)
    keys = Keys(pseudonym=MARK.encode(), fingerprint=MARK.encode())
    assert MARK not in f"{settings!r}{settings.connection!r}{wiring!r}{keys!r}"


@pytest.mark.parametrize("address", (f"oracle://router:{MARK}@db/router", f"postgresql://router:{MARK}/router", MARK))
def test_a_wrong_address_on_the_command_line_is_not_repeated(address: str) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("tousu")), "triage", "--database", address],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, MARK in done.stdout + done.stderr) == (4, False)
    assert done.stderr.startswith("tousu: --database (not shown) must ")


def test_nothing_that_exactly_once_rests_on_can_be_set() -> None:
    assert {"acks", "enable.idempotence", "auto.offset.reset", "isolation.level"} <= OURS_IN_KAFKA


@pytest.mark.parametrize("text", [KEY.hex(), KEY.hex().upper(), b64encode(KEY).decode()])
def test_a_master_key_comes_in_hex_or_base64_or_as_a_file(text: str, tmp_path: Path) -> None:
    assert master_key(text, None, tmp_path, is_production=True) == (KEY, None)
    for content in (text.encode() + b"\n", KEY):
        file = tmp_path / "key"
        file.write_bytes(content)
        file.chmod(0o600)
        assert master_key("", file, tmp_path, is_production=True) == (KEY, None)


def test_a_development_key_is_made_once_and_never_for_production(tmp_path: Path) -> None:
    key, file = master_key("", None, tmp_path / "data", is_production=False)
    assert (len(key), file) == (32, tmp_path / "data" / "development.key")
    assert file is not None
    assert file.stat().st_mode & 0o077 == 0
    assert master_key("", None, tmp_path / "data", is_production=False) == (key, file)
    assert master_key("", None, tmp_path / "data", is_production=True) == (b"", None)


@pytest.mark.parametrize("text", [KEY.hex() + "00", "not a key at all, but long enough to be 44 characters"])
def test_a_key_of_another_length_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(Stop, match="must be 32 bytes in hex or base64; make one with") as stopped:
        master_key(text, None, tmp_path, is_production=True)
    assert stopped.value.reason == "wrong_setting"


COUNTED = bytes((7 * n + 3) % 256 for n in range(32))
WEAK = {
    "too short": ["abc", "password", "投诉", KEY.hex()[:-2], b64encode(KEY[:16]).decode(), "0"],
    "are different": ["00" * 32, "ff" * 32, "0123456789abcdef" * 4, (KEY[:8] * 4).hex(), (KEY[:16] * 2).hex()],
    "counted off": [bytes(range(32)).hex(), bytes(range(31, -1, -1)).hex(), COUNTED.hex()],
    "it is a text": [
        b"correct horse battery staple 123".hex(),
        b64encode(b"Tr0ub4dor&3: what people do pick").decode(),
    ],
}


@pytest.mark.parametrize("text, weakness", [(text, why) for why, texts in WEAK.items() for text in texts])
def test_a_key_that_can_be_guessed_is_refused(text: str, weakness: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    file.chmod(0o600)
    for words, place in ((text, None), ("", file)):
        with pytest.raises(Stop, match=f"{weakness}.*make one with `openssl rand -hex 32`") as stopped:
            master_key(words, place, tmp_path, is_production=True)
        assert stopped.value.reason == "weak_master_key"
        assert text not in stopped.value.message


def test_a_key_of_32_bytes_in_a_file_is_held_to_the_same(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"the key of a simulation, no more")
    file.chmod(0o600)
    with pytest.raises(Stop, match="weak_master_key: TOUSU_MASTER_KEY_FILE can be guessed"):
        master_key("", file, tmp_path, is_production=True)


def test_no_random_key_passes_for_a_weak_one(tmp_path: Path) -> None:
    for number in range(5_000):
        key = sha256(str(number).encode()).digest()
        assert master_key(key.hex(), None, tmp_path, is_production=True) == (key, None)


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o602, 0o620, 0o601, 0o610, 0o700, 0o644, 0o666, 0o777])
def test_a_key_file_that_others_can_read_is_refused(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY.hex())
    link = tmp_path / "link"
    link.symlink_to(file)
    for allowed in (0o600, 0o400):
        file.chmod(allowed)
        assert master_key("", link, tmp_path, is_production=True) == (KEY, None)
    file.chmod(mode)
    for given in (file, link):
        with pytest.raises(Stop, match=f"mode {mode:04o}; chmod 600") as stopped:
            master_key("", given, tmp_path, is_production=True)
        assert stopped.value.reason == "readable_key_file"


def test_a_development_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    _, file = master_key("", None, tmp_path, is_production=False)
    assert file is not None
    file.chmod(0o644)
    with pytest.raises(Stop, match="readable_key_file"):
        master_key("", None, tmp_path, is_production=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_file_of_another_user_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY.hex())
    file.chmod(0o600)
    os.chown(file, 12345, 12345)
    with pytest.raises(Stop, match="belongs to another user") as stopped:
        master_key("", file, tmp_path, is_production=True)
    assert stopped.value.reason == "readable_key_file"
