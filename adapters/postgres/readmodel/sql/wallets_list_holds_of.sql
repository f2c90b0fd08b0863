-- The newest of each wallet, as one that pays and one that is paid, in each state: a few rows of an index each.
-- Of these the newest of all. A hold between two of the wallets is found twice. The order is asked for by the
-- operator that these indexes have and the primary key has not (it is the same order): Postgres, which takes a
-- wallet's holds to lie everywhere among all, would otherwise look for them from the newest of all on.
WITH party AS MATERIALIZED (
    SELECT w.id AS wallet_id, s.status
      FROM {wallets}.wallet w, unnest(@statuses::text[]) AS s (status)
     WHERE @wallet_id <> '' AND w.id = @wallet_id
        OR @wallet_id = '' AND w.owner = @owner
), found AS (
    SELECT h.id
      FROM party p, LATERAL (SELECT id FROM {wallets}.hold
                              WHERE wallet_id = p.wallet_id AND status = p.status AND id ~<~ @after
                              ORDER BY id USING ~>~ LIMIT @limit) h
     UNION
    SELECT h.id
      FROM party p, LATERAL (SELECT id FROM {wallets}.hold
                              WHERE to_wallet <> '' AND to_wallet = p.wallet_id AND status = p.status AND id ~<~ @after
                              ORDER BY id USING ~>~ LIMIT @limit) h
)
SELECT id, wallet_id, asset, amount::text, captured::text, released::text, remaining::text, status, to_wallet, to_account,
       expires_at, description, metadata, version, created_at
  FROM (SELECT id FROM found ORDER BY id DESC LIMIT @limit) AS newest
  JOIN {wallets}.hold USING (id)
 ORDER BY id DESC
