-- Where was it worst to wait for a plane?
--
-- 20,000 US flights of early 2001 (examples/data) go through a windowed query
-- and a join into a stored stream, from there into a Parquet table, are crawled
-- into the catalog, and queried there.

-- The source: a file of JSON records, replayed by its own time stamps.
CREATE STREAM flights (
  "date" TIMESTAMP NOT NULL, delay INTEGER, distance INTEGER, origin VARCHAR(3), destination VARCHAR(3)
) WITH ('connector'='file', 'path'='data/flights.ndjson', 'rowtime'='date');

-- The reference data: 3,376 airports.
CREATE TABLE airports (iata VARCHAR(4), name VARCHAR(64), city VARCHAR(64), state VARCHAR(2))
  WITH ('connector'='file', 'path'='data/airports.csv');

-- An in-application stream between the two pumps, and a stored one behind them.
CREATE STREAM airport_days (
  origin VARCHAR(3), flight_day DATE, flights BIGINT, mean_delay DOUBLE, worst_delay INTEGER, distance BIGINT
);
CREATE STREAM delays (
  origin VARCHAR(3), airport VARCHAR(64), state VARCHAR(2), flight_day DATE,
  flights BIGINT, mean_delay DOUBLE, worst_delay INTEGER, distance BIGINT
) WITH ('connector'='stream');

-- One row per airport and day, when the day is over.
CREATE PUMP per_day AS INSERT INTO airport_days
  SELECT STREAM origin, CAST(FLOOR(f.ROWTIME TO DAY) AS DATE) AS flight_day,
         COUNT(*), AVG(CAST(delay AS DOUBLE)), MAX(delay), SUM(distance)
  FROM flights AS f
  GROUP BY origin, FLOOR(f.ROWTIME TO DAY)
  HAVING COUNT(*) >= 5;

-- With the airport's name and state, into the log.
CREATE PUMP enrich AS INSERT INTO delays
  SELECT STREAM d.origin, a.name, a.state, d.flight_day, d.flights, d.mean_delay, d.worst_delay, d.distance
  FROM airport_days AS d JOIN airports AS a ON d.origin = a.iata;

-- Out of the log, into a table of Parquet files, one folder a day.
CREATE OR REPLACE TABLE lake_delays (
  origin VARCHAR(3), airport VARCHAR(64), state VARCHAR(2), flights BIGINT,
  mean_delay DOUBLE, worst_delay INTEGER, distance BIGINT, flight_day DATE
) WITH ('connector'='lake', 'location'='lake/delays', 'partitioned_by'='flight_day');

CREATE PUMP to_lake AS INSERT INTO lake_delays
  SELECT STREAM origin, airport, state, flights, mean_delay, worst_delay, distance, flight_day FROM delays;

-- The catalog learns of the table by looking at the folder.
CREATE CRAWLER lake_crawler WITH ('path'='lake', 'database'='flights_db');
RUN CRAWLER lake_crawler;

-- The ten worst airport-days.
SELECT origin, flight_day, flights, mean_delay, worst_delay, distance, airport, state
FROM flights_db.delays
ORDER BY mean_delay DESC, origin
LIMIT 10;
