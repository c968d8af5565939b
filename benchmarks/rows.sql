-- Rows as years of use would leave them, for measuring. Run as the owner of the tables, with %(rows)s incidents.
-- bench_place (n, longitude, latitude, cell) is there; the small world of tests/world.py is there, too.
-- KG-BS sees 30 of 100: 10 its own, 15 of TJ-BT by the agreement KG-TJ, 5 of UZ-BT by a release to it alone.

-- Which agency owns the rows of each hundredth, and to whom they are released.
CREATE TEMP TABLE bench_share AS
WITH share (first, last, owner, grantee, ends) AS (VALUES
    (0, 4, 'KG-BS', NULL, NULL::interval),
    (5, 9, 'KG-BS', 'agreement:KG-TJ', NULL),
    (10, 24, 'TJ-BT', 'agreement:KG-TJ', NULL),
    (25, 28, 'UZ-BT', 'agency:KG-BS', NULL),
    (29, 29, 'UZ-BT', 'agency:KG-BS', '10 years'),
    (30, 30, 'UZ-BT', 'agency:KG-BS', '-1 day'),
    (31, 64, 'KZ-BS', NULL, NULL),
    (65, 84, 'UZ-BT', 'agreement:KZ-UZ', NULL),
    (85, 99, 'KZ-BS', 'agreement:KZ-UZ', NULL)
)
SELECT h, owner, o.id AS owner_id, grantee, split_part(grantee, ':', 1) AS kind,
    CASE WHEN grantee LIKE 'agency:%%' THEN g.id END AS agency_id, a.id AS agreement_id, coalesce(a.epoch, 0) AS epoch,
    CASE WHEN a.id IS NULL THEN grantee ELSE grantee || '@' || a.epoch END AS stem,
    now() + ends AS expires_at,
    ARRAY(SELECT id FROM agencies_officer f WHERE f.agency_id = o.id AND roles <> '{observer}' ORDER BY username) AS authors,
    ARRAY(SELECT id FROM patrols_zone z WHERE z.owner_id = o.id ORDER BY code) AS zones,
    ARRAY(SELECT id FROM patrols_route r WHERE r.owner_id = o.id ORDER BY code) AS routes,
    ARRAY(SELECT id FROM patrols_programme p WHERE p.owner_id = o.id ORDER BY code) AS programmes
FROM share
CROSS JOIN LATERAL generate_series(first, last) AS h
JOIN agencies_agency o ON o.code = owner
LEFT JOIN agencies_agency g ON 'agency:' || g.code = grantee
LEFT JOIN agencies_agreement a ON 'agreement:' || a.code = grantee;
ANALYZE bench_share;

-- What every owned row needs, for row n of a table: its share, marking and audience; h is a number without pattern.
CREATE FUNCTION pg_temp.bench_rows(record_type text, last int)
RETURNS TABLE (
    n int, h int, id uuid, level int, owner text, owner_id uuid, author_id uuid, audience text[], expiring jsonb,
    grantee text, grantee_kind text, agency_id uuid, agreement_id uuid, epoch int, expires_at timestamptz,
    zones uuid[], routes uuid[], programmes uuid[], authors uuid[]
) LANGUAGE sql AS $$
    SELECT n, x.h, md5(record_type || n)::uuid, l.level, s.owner, s.owner_id,
        CASE WHEN x.h / 3 %% 7 > 0 THEN s.authors[1 + x.h / 5 %% cardinality(s.authors)] END,
        array_remove(ARRAY['agency:' || s.owner || '/' || l.level, s.stem || '/' || l.level], NULL),
        CASE WHEN s.expires_at IS NOT NULL
            THEN jsonb_build_object(s.stem || '/' || l.level, extract(epoch FROM s.expires_at)) END,
        s.grantee, s.kind, s.agency_id, s.agreement_id, s.epoch, s.expires_at,
        s.zones, s.routes, s.programmes, s.authors
    FROM generate_series(1, last) AS n
    CROSS JOIN LATERAL (SELECT hashint4(n) & 2147483647 AS h) AS x
    CROSS JOIN LATERAL (SELECT (ARRAY[0, 0, 0, 0, 0, 0, 0, 1, 2, 3])[1 + x.h / 100 %% 10] AS level) AS l
    JOIN bench_share s ON s.h = x.h %% 100
$$;

CREATE TEMP TABLE bench_size AS
SELECT %(rows)s AS incidents, greatest(1200, least(%(rows)s / 20, 50000)) AS patrols,
    greatest(200, least(%(rows)s / 5, 200000)) AS reports, now() AS now;

-- Patrols: one every five minutes, for two days ahead.
INSERT INTO patrols_patrol (
    id, audience, expiring, tlp, level, version, created_at, updated_at, ref, title, starts_at, ends_at, state,
    entitlements, participants, started_at, ended_at, cancel_reason, is_displaced, last_place, last_cell, last_fix_at,
    author_id, commander_id, lead_id, owner_id, programme_id, route_id, zone_id, crew, demand, barred,
    recurrence_at
)
SELECT r.id, r.audience, r.expiring, 'amber', r.level, 1, t.starts_at - interval '7 days', t.starts_at,
    r.owner || '-P-' || r.n, 'Joint patrol of the valley, turn ' || r.n, t.starts_at, t.ends_at, t.state,
    '{}', CASE r.grantee WHEN 'agreement:KG-TJ' THEN '{KG-BS,TJ-BT}'::text[] ELSE ARRAY[r.owner] END,
    CASE WHEN t.is_out THEN t.starts_at END, CASE WHEN t.state = 'completed' THEN t.ends_at END,
    '', false, CASE WHEN t.is_out THEN ST_SetSRID(ST_MakePoint(p.longitude, p.latitude), 4326) END,
    CASE WHEN t.is_out THEN p.cell END, CASE WHEN t.is_out THEN least(t.ends_at, s.now - interval '5 minutes') END,
    -- Nobody commands two at once: of those not over each 97th is the same officer's, five minutes after the last; most have nobody.
    r.author_id, r.authors[1 + CASE WHEN t.state = 'completed' THEN r.h %% cardinality(r.authors) ELSE r.n %% 97 END],
    r.owner_id, r.owner_id,
    CASE WHEN r.h / 11 %% 2 = 0 THEN r.programmes[1 + r.h %% cardinality(r.programmes)] END,
    r.routes[1 + r.h %% cardinality(r.routes)], r.zones[1 + r.h / 13 %% cardinality(r.zones)], '{}', '{}', '{}',
    CASE WHEN r.h / 11 %% 2 = 0 THEN t.starts_at END
FROM bench_size s
CROSS JOIN LATERAL pg_temp.bench_rows('patrol', s.patrols) AS r
CROSS JOIN LATERAL (
    SELECT s.now + interval '2 days' - (s.patrols - r.n) * interval '5 minutes' AS starts_at
) AS a
CROSS JOIN LATERAL (
    SELECT a.starts_at, a.starts_at + interval '8 hours' AS ends_at, a.starts_at < s.now AS is_out,
        CASE WHEN a.starts_at + interval '8 hours' < s.now THEN 'completed'
            WHEN a.starts_at < s.now THEN 'under_way' ELSE 'agreed' END AS state
) AS t
JOIN bench_place p ON p.n = r.h / 7 %% 20000;

-- Incidents: a thousand a day. What is older than three days is closed.
INSERT INTO incidents_incident (
    id, audience, expiring, tlp, level, version, created_at, updated_at, ref, category, severity, title, narrative,
    language, place, cell, occurred_at, state, resolved_at, closed_at, close_reason, author_id, owner_id, patrol_id,
    type_id, type_version, details
)
SELECT r.id, r.audience, r.expiring, 'amber', r.level, 1 + r.h %% 3, t.at + interval '1 minute',
    t.at + interval '1 hour', r.owner || '-' || r.n,
    (ARRAY['drugs', 'arms', 'smuggling', 'trafficking', 'crossing', 'clash', 'terrorism', 'livestock', 'marker',
        'hazard', 'medical', 'dispute', 'other'])[1 + r.h / 17 %% 13],
    CASE WHEN r.h / 1000 %% 100 < 2 THEN 'extreme' WHEN r.h / 1000 %% 100 < 12 THEN 'severe'
        WHEN r.h / 1000 %% 100 < 45 THEN 'moderate' WHEN r.h / 1000 %% 100 < 90 THEN 'minor' ELSE 'unknown' END,
    'Two men with packs seen near marker ' || r.h %% 9973,
    'Seen from the post at first light, moving east along the stream; one carries a long object. Sign ' || r.n
        || ' was found by the crew later the same morning, cold, and photographed before the rain.',
    'en', ST_SetSRID(ST_MakePoint(p.longitude, p.latitude), 4326), p.cell, t.at, t.state,
    CASE WHEN t.state = 'closed' THEN t.at + interval '5 hours' END,
    CASE WHEN t.state = 'closed' THEN t.at + interval '6 hours' END,
    CASE WHEN t.state = 'closed' THEN 'handled' ELSE '' END, r.author_id, r.owner_id,
    CASE WHEN r.h / 19 %% 5 = 0 THEN md5('patrol' || 1 + r.h %% s.patrols)::uuid END,
    (ARRAY['drugs-seizure', 'weapons-seizure', 'goods-smuggling', 'trafficking-persons', 'irregular-crossing',
        'exchange-of-fire', 'terrorist-activity', 'livestock-straying', 'marker-damage', 'natural-hazard',
        'medical-emergency', 'community-dispute', 'drone-sighting'])[1 + r.h / 17 %% 13], 1,
    jsonb_build_object('size', 1 + r.h %% 9 || ' men', 'activity', 'moving east along the stream, in single file',
        'equipment', 'packs, one long object', 'patients_litter', r.h %% 3)
FROM bench_size s
CROSS JOIN LATERAL pg_temp.bench_rows('incident', s.incidents) AS r
CROSS JOIN LATERAL (
    SELECT s.now - interval '1 minute' - (s.incidents - r.n) * interval '86.4 seconds' AS at,
        CASE WHEN r.n > s.incidents - 3000 AND r.h / 23 %% 10 < 2 THEN 'reported'
            WHEN r.n > s.incidents - 3000 AND r.h / 23 %% 10 < 3 THEN 'responding' ELSE 'closed' END AS state
) AS t
JOIN bench_place p ON p.n = r.h / 7 %% 20000;

-- Every fourth that another agency sees was noted: by TJ-BT where KG-BS owns it, by KG-BS otherwise.
INSERT INTO incidents_acknowledgement (id, audience, by, at, agency_id, incident_id)
SELECT md5('noted' || r.n)::uuid,
    ARRAY[r.audience[1], CASE WHEN r.agreement_id IS NULL THEN r.audience[2] ELSE r.audience[2] || '#' || noted.code END],
    'officer:' || noted.username, s.now, noted.agency_id, r.id
FROM bench_size s
CROSS JOIN LATERAL pg_temp.bench_rows('incident', s.incidents) AS r
JOIN (VALUES ('KG-BS', 'partner'), ('TJ-BT', 'owner'), ('UZ-BT', 'owner')) AS w (owner, username) ON w.owner = r.owner
JOIN LATERAL (
    SELECT o.username, o.agency_id, g.code FROM agencies_officer o JOIN agencies_agency g ON g.id = o.agency_id
    WHERE o.username = w.username
) AS noted ON true
WHERE r.h %% 100 BETWEEN 5 AND 28 AND r.h / 29 %% 4 = 0;

INSERT INTO intel_report (
    id, audience, expiring, tlp, level, version, created_at, updated_at, ref, title, body, tear_line_text, source_note,
    language, topics, source_grade, information_grade, place, valid_from, valid_until, author_id, owner_id
)
SELECT r.id, r.audience, r.expiring, 'amber', r.level, 1, t.at, t.at, r.owner || '-R-' || r.n,
    'Couriers change at the upper ford, note ' || r.n,
    'Two sources agree that loads are handed over at the upper ford on market days, after dark, to men on horses who '
        || 'return before dawn. Number of the note: ' || r.n,
    '', 'Met twice', 'en', ARRAY['drugs', 'crossing'], (ARRAY['A', 'B', 'C', 'D'])[1 + r.h / 17 %% 4], 1 + r.h / 19 %% 6,
    CASE WHEN r.h / 23 %% 3 > 0 THEN ST_SetSRID(ST_MakePoint(p.longitude, p.latitude), 4326) END,
    t.at, CASE WHEN r.h / 29 %% 2 = 0 THEN t.at + interval '30 days' END, r.author_id, r.owner_id
FROM bench_size s
CROSS JOIN LATERAL pg_temp.bench_rows('report', s.reports) AS r
CROSS JOIN LATERAL (
    SELECT s.now - interval '1 minute' - (s.reports - r.n) * interval '7 minutes 12 seconds' AS at
) AS t
JOIN bench_place p ON p.n = r.h / 7 %% 20000;

INSERT INTO agencies_release (
    id, audience, expiring, record_type, record_id, grantee, grantee_kind, epoch, scope, reason, granted_by,
    created_at, expires_at, ended_by, end_reason, agency_id, agreement_id, owner_id
)
SELECT md5('release ' || r.id)::uuid, r.audience, r.expiring, r.type, r.id, r.grantee, r.grantee_kind, r.epoch, 'full',
    '', 'officer:owner', s.now, r.expires_at, '', '', r.agency_id, r.agreement_id, r.owner_id
FROM bench_size s
CROSS JOIN LATERAL (
    SELECT 'incident' AS type, * FROM pg_temp.bench_rows('incident', s.incidents)
    UNION ALL SELECT 'patrol', * FROM pg_temp.bench_rows('patrol', s.patrols)
    UNION ALL SELECT 'report', * FROM pg_temp.bench_rows('report', s.reports)
) AS r
WHERE r.grantee IS NOT NULL;

-- TM-BS was released two hundred incidents, however many there are.
CREATE TEMP TABLE bench_narrow AS
SELECT md5('incident' || n * greatest(1, incidents / 200))::uuid AS id, a.id AS agency_id
FROM bench_size CROSS JOIN generate_series(1, 200) AS n JOIN agencies_agency a ON a.code = 'TM-BS';
UPDATE incidents_incident i SET audience = audience || ARRAY['agency:TM-BS/' || level] FROM bench_narrow w WHERE w.id = i.id;
INSERT INTO agencies_release (
    id, audience, record_type, record_id, grantee, grantee_kind, epoch, scope, reason, granted_by, created_at,
    ended_by, end_reason, agency_id, owner_id
)
SELECT md5('narrow ' || i.id)::uuid, ARRAY[i.audience[1], 'agency:TM-BS/' || i.level], 'incident', i.id, 'agency:TM-BS',
    'agency', 0, 'full', '', 'officer:owner', i.created_at, '', '', w.agency_id, i.owner_id
FROM bench_narrow w JOIN incidents_incident i ON i.id = w.id;

-- Positions: as many as incidents, one device, each with its patrol's audience.
INSERT INTO patrols_fix (
    id, audience, expiring, device, at, place, cell, speed_mps, heading_deg, accuracy_m, received_at, patrol_id
)
SELECT md5('fix' || i)::uuid, r.audience, r.expiring, 'radio-1', t.at,
    ST_SetSRID(ST_MakePoint(p.longitude, p.latitude), 4326), p.cell, 1.4, i %% 360, 8, t.at, r.id
FROM bench_size s
CROSS JOIN generate_series(1, s.incidents) AS i
JOIN patrols_patrol r ON r.id = md5('patrol' || 1 + i %% s.patrols)::uuid
CROSS JOIN LATERAL (SELECT s.now - interval '1 minute' - (s.incidents - i) * interval '10 seconds' AS at) AS t
JOIN bench_place p ON p.n = (hashint4(i) & 2147483647) %% 20000;

-- The journal: how all of them began, in order.
INSERT INTO live_event (
    id, audience, expiring, seq, kind, at, actor, subject_type, subject_id, detail, is_tombstone, agency_id
)
SELECT md5('event ' || id)::uuid, audience, expiring, row_number() OVER (ORDER BY created_at, id), kind, created_at,
    'officer:owner', type, id, '{}', false, owner_id
FROM (
    SELECT id, audience, expiring, created_at, owner_id, 'incident' AS type, 'incident.reported' AS kind
    FROM incidents_incident
    UNION ALL
    SELECT id, audience, expiring, created_at, owner_id, 'patrol', 'patrol.planned' FROM patrols_patrol
    UNION ALL
    SELECT id, audience, expiring, created_at, owner_id, 'report', 'report.created' FROM intel_report
) AS made;
INSERT INTO live_dispatch (id, seq, alive_at) SELECT 1, max(seq), now() FROM live_event
ON CONFLICT (id) DO UPDATE SET seq = excluded.seq;
