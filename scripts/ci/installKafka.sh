#!/bin/sh
# Installs what the Kafka tests need (a Java runtime, Maven) and fetches Kafka's jars. Does nothing, quietly, where all is there.
set -eu
cd "$(dirname "$0")/../.."

missing=""
command -v java >/dev/null 2>&1 || missing="$missing openjdk-17-jre-headless"
command -v mvn >/dev/null 2>&1 || missing="$missing maven"

if [ -n "$missing" ]; then
  echo "installing$missing"
  as_root=""
  [ "$(id -u)" -eq 0 ] || as_root="sudo"
  $as_root apt-get update -qq
  # shellcheck disable=SC2086 # one word per package
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

npx --no-install node scripts/kafka/fetchJars.ts
