/** Settings of who is told of alerts. */
import { optionalSetting, setting } from "./Setting.ts"
import { duration, number, text, url } from "./settingKinds.ts"

export const alertSettings = {
  webhookUrl: optionalSetting({
    name: "PERIGEE_WEBHOOK_URL",
    kind: url,
    secret: true,
    what:
      "Where every version of every alert is posted (docs/alerts.md). User and password in it are sent as `Authorization`; they and the query are shown"
      + " nowhere.",
    why: "There is no receiver that everybody has."
  }),
  webhookSecret: optionalSetting({
    name: "PERIGEE_WEBHOOK_SECRET",
    kind: text("a secret"),
    secret: true,
    what: "What the bodies are signed with (`Perigee-Signature`); without one they are not.",
    why: "Both sides have to agree on it."
  }),
  webhookTimeout: setting({
    name: "PERIGEE_WEBHOOK_TIMEOUT",
    kind: duration("5m"),
    fallback: 10_000,
    what: "From a request to the end of its answer; then it has failed.",
    why: "A receiver may write to a slow disk; nothing else waits for it meanwhile."
  }),
  webhookAttempts: setting({
    name: "PERIGEE_WEBHOOK_ATTEMPTS",
    kind: number({ unit: "attempts", minimum: 1, maximum: 1000, whole: true }),
    fallback: 8,
    what: "After so many failures a version is parked.",
    why: "With the waits between them some minutes: a receiver that was restarted is back by then."
  }),
  webhookBackoff: setting({
    name: "PERIGEE_WEBHOOK_BACKOFF",
    kind: duration("1h"),
    fallback: 500,
    what: "The least wait before another attempt; it grows at random up to three times the one before.",
    why: "Long enough for a restart, short beside the promise of a minute."
  }),
  webhookBackoffMax: setting({
    name: "PERIGEE_WEBHOOK_BACKOFF_MAX",
    kind: duration("1d"),
    fallback: 60_000,
    what: "The longest wait before another attempt.",
    why: "A receiver that is back gets what waits within a minute."
  }),
  webhookParkedInterval: setting({
    name: "PERIGEE_WEBHOOK_PARKED_INTERVAL",
    kind: duration("7d"),
    fallback: 3_600_000,
    what: "How often a version that is parked is tried again; after a restart it is at once.",
    why: "Somebody has to put something right first."
  }),
  webhookRetention: setting({
    name: "PERIGEE_WEBHOOK_RETENTION",
    kind: duration("365d"),
    fallback: 14 * 86_400_000,
    what: "What could not be delivered for so long is given up; it stays on the topic `alerts`.",
    why: "As long as a closed alert is held; it bounds the outbox, at some 3 kB a version."
  })
}
