#!/bin/sh
# Makes the secrets that docker-compose.yml mounts, in a folder that must not be there yet:
#
#   docs/deploy/secrets.sh .secrets
#
# Back the folder up, apart from the databases. What is in it: docs/operating.md, "Keys and secrets".
#
# The files are readable in the containers, whose users are not those of this machine, and the folder is closed: so
# nobody else on this machine gets to them.
set -eu
dir=${1:?usage: secrets.sh FOLDER}
command -v openssl >/dev/null || { echo "secrets.sh: openssl is not installed" >&2; exit 1; }
umask 077
mkdir "$dir"
cd "$dir"
mkdir token-keys master-keys own

password() { openssl rand -hex 24; }
put() { printf '%s\n' "$2" >"$1"; }

journal=$(password)
vault=$(password)
nats=$(password)
redis=$(password)

put postgres-password "$(password)"
put replication-password "$(password)"
put florin-password "$journal"
put vault-postgres-password "$(password)"
put vault-password "$vault"
put vault-replication-password "$(password)"

# Both servers, of which the one that takes writes is used: after a promotion nothing has to be told.
put database-url "postgres://florin:$journal@postgres-1:5432,postgres-2:5432/florin?sslmode=disable&target_session_attrs=read-write"
put keys-database-url "postgres://florin:$vault@vault-db:5432/florin_keys?sslmode=disable"
put nats-url "nats://florin:$nats@nats-1:4222,nats://florin:$nats@nats-2:4222,nats://florin:$nats@nats-3:4222"
put redis-url "redis://:$redis@redis:6379/0"

put nats-users.conf "authorization { user: florin, password: \"$nats\" }"
put nats-routes.conf "authorization { user: florin, password: \"$nats\" }
routes: [\"nats-route://florin:$nats@nats-1:6222\", \"nats-route://florin:$nats@nats-2:6222\", \"nats-route://florin:$nats@nats-3:6222\"]"
put redis-password.conf "requirepass $redis"

put florin-secret "$(openssl rand -hex 32)"
put stripe-webhook-secret "whsec_$(openssl rand -hex 32)"
put grafana-password "$(password)"
openssl genpkey -algorithm ED25519 >token-keys/0001.pem
put master-keys/0001.key "$(openssl rand -hex 32)"

find . -type f -exec chmod 0444 {} +
chmod 0755 token-keys master-keys own
echo "The secrets are in $dir. Put the secret of your endpoint at Stripe into stripe-webhook-secret." >&2
