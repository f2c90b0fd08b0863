# syntax=docker/dockerfile:1
# One static binary in an empty image: no shell, no package manager, nobody but itself.

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w' -o /florin ./cmd/florin \
    && mkdir -p /empty

FROM scratch
ARG VERSION=local
LABEL org.opencontainers.image.title="Florin" \
      org.opencontainers.image.description="Event-sourced double-entry ledger and wallet service" \
      org.opencontainers.image.source="https://github.com/florinledger/florin" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
# For TLS to Stripe, mail servers and webhook endpoints. Time zones are in the binary.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /florin /florin
# A volume that is mounted here belongs to the user below.
COPY --from=build --chown=65532:65532 /empty /var/mail/florin
USER 65532:65532
EXPOSE 8080 8081
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["/florin", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/florin"]
CMD ["serve"]
