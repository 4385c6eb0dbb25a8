# One image for web, worker, beat and ingest: the pins of requirements.txt on Debian's slim Python.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    CCOC_VAR=/var/lib/ccoc \
    DJANGO_SETTINGS_MODULE=ccoc.settings

RUN useradd --system --uid 10001 --home-dir /var/lib/ccoc --create-home ccoc
WORKDIR /srv/ccoc

COPY requirements.txt .
RUN pip install --require-hashes --no-deps -r requirements.txt

COPY . .
RUN python -m ccoc.local.messages compile

USER ccoc
VOLUME /var/lib/ccoc
EXPOSE 8000
# Only the proxy reaches this port, therefore its forwarded addresses are believed.
CMD ["uvicorn", "ccoc.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--no-access-log", \
     "--ws", "websockets-sansio", "--ws-per-message-deflate", "false", \
     "--proxy-headers", "--forwarded-allow-ips", "*"]
