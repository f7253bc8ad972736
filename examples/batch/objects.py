"""Small files under s3://bucket/key, or in a folder."""

from pathlib import Path


def read(uri):
    """The bytes; None when there are none."""
    if not uri.startswith("s3://"):
        path = path_of(uri)
        return path.read_bytes() if path.is_file() else None
    bucket, key = uri[5:].split("/", 1)
    client = s3()
    try:
        return client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except client.exceptions.NoSuchKey:
        return None


def write(uri, body):
    if not uri.startswith("s3://"):
        path = path_of(uri)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return
    bucket, key = uri[5:].split("/", 1)
    s3().put_object(Bucket=bucket, Key=key, Body=body)


def path_of(uri):
    return Path(uri[7:] if uri.startswith("file://") else uri)


def s3():
    import boto3  # Only where there is a bucket.

    return boto3.client("s3")
