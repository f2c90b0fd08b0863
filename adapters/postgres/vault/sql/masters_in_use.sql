SELECT master, count(*)
FROM (SELECT master FROM person_key WHERE destroyed_at IS NULL
      UNION ALL
      SELECT master FROM pepper) AS wrapped
GROUP BY master
ORDER BY master
