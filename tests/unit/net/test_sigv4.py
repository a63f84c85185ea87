"""Signature Version 4, against the examples that AWS publishes."""

from datetime import UTC, datetime

import pytest

from sim_core.net.sigv4 import Keys, presign, sign
from sim_core.spec.requests import Request

# https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
S3 = Keys(
    access_key="AKIAIOSFODNN7EXAMPLE", secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", service="s3"
)  # fmt: skip
S3_NOW = datetime(2013, 5, 24, tzinfo=UTC)
BUCKET = "https://examplebucket.s3.amazonaws.com"
# The published test suite of Signature Version 4.
SUITE = Keys(access_key="AKIDEXAMPLE", secret_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", service="service")
SUITE_NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
HOME = "https://example.amazonaws.com"


@pytest.mark.parametrize(
    ("request_", "signature"),
    [
        (
            Request(url=f"{BUCKET}/test.txt", headers={"Range": "bytes=0-9"}),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            Request(
                method="PUT",
                url=f"{BUCKET}/test%24file.text",
                headers={"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
                content=b"Welcome to Amazon S3.",
            ),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            Request(url=f"{BUCKET}/?lifecycle"),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            Request(url=f"{BUCKET}/?max-keys=2&prefix=J"),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_requests_to_s3_are_signed_as_published(request_: Request, signature: str):
    signed = sign(request_, S3, now=S3_NOW)
    assert signed.headers["authorization"].endswith(f"Signature={signature}")


def test_a_url_to_s3_is_signed_as_published():
    url = presign(Request(url=f"{BUCKET}/test.txt"), S3, seconds=86400, now=S3_NOW)
    assert url == (
        f"{BUCKET}/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524"
        "%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


@pytest.mark.parametrize(
    ("request_", "signature"),
    [
        (Request(url=f"{HOME}/"), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (Request(url=f"{HOME}/./"), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (Request(url=f"{HOME}/example/.."), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (
            Request(url=f"{HOME}/?Param2=value2&Param1=value1"),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (Request(method="POST", url=f"{HOME}/"), "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ],
)
def test_requests_to_other_services_are_signed_as_published(request_: Request, signature: str):
    signed = sign(request_, SUITE, now=SUITE_NOW)
    assert signed.headers["authorization"].endswith(f"Signature={signature}")
    assert "SignedHeaders=host;x-amz-date," in signed.headers["authorization"]


def test_a_session_token_is_part_of_what_is_signed():
    keys = Keys(access_key="A", secret_key="B", session_token="T", service="s3", region="eu-central-1")
    signed = sign(Request(url=f"{BUCKET}/a"), keys, now=S3_NOW)
    assert "x-amz-security-token" in signed.headers["authorization"]
    assert "/20130524/eu-central-1/s3/" in signed.headers["authorization"]
    assert "X-Amz-Security-Token=T" in presign(Request(url=f"{BUCKET}/a"), keys, seconds=1, now=S3_NOW)


def test_a_stream_may_go_unsigned():
    sent = Request(method="PUT", url=f"{BUCKET}/a", headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, content=b"x")
    assert sign(sent, S3, now=S3_NOW).headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD"
