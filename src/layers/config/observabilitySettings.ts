/** Settings of what is told about the process: HTTP, metrics, logs. */
import { optionalSetting, setting } from "./Setting.ts"
import { choice, levels, onOff, port, text } from "./settingKinds.ts"

export const observabilitySettings = {
  httpHost: setting({
    name: "PERIGEE_HTTP_HOST",
    kind: text("a host"),
    fallback: "127.0.0.1",
    what: "The address that answers HTTP: health, metrics, traces, pages.",
    why: "Nothing is open to the network unless asked for."
  }),
  httpPort: setting({
    name: "PERIGEE_HTTP_PORT",
    kind: port,
    fallback: 8090,
    what:
      "The port of `/health`, `/metrics` and `/openapi.json`; 0: a free one, printed at start. A port that is taken is a warning, and a free"
      + " one is used. A run of a file (`--input`) opens none unless this is set.",
    why: "Known beforehand, so that a scraper can be told; a second process on one machine must not fail for it."
  }),
  instanceUrl: setting({
    name: "PERIGEE_URL",
    kind: text("an address"),
    fallback: "http://127.0.0.1:8090",
    what: "Where commands that ask a running instance (`status`, `chaos`, `toggle`, `profile`) find it.",
    why: "On this machine, at the port that it has by itself."
  }),
  httpReadToken: optionalSetting({
    name: "PERIGEE_HTTP_READ_TOKEN",
    kind: text("a token"),
    what:
      "The token that lets its bearer read over HTTP. With this or PERIGEE_HTTP_ADMIN_TOKEN set, all but `/health` and `/canary` wants one; a browser and Grafana"
      + " give it as the password of any user. `perigee` commands that ask an instance send it.",
    why:
      "Without tokens all may ask who reach the port, which is this machine alone unless PERIGEE_HTTP_HOST says otherwise.",
    secret: true
  }),
  httpAdminToken: optionalSetting({
    name: "PERIGEE_HTTP_ADMIN_TOKEN",
    kind: text("a token"),
    what: "The token that lets its bearer read and change over HTTP.",
    why: "Who may look need not be who may act.",
    secret: true
  }),
  chaos: setting({
    name: "PERIGEE_CHAOS",
    kind: onOff,
    fallback: false,
    what: "Whether chaos experiments may be run on this process (`perigee chaos`).",
    why: "Faults are injected where somebody decided that they may be."
  }),
  metrics: setting({
    name: "PERIGEE_METRICS",
    kind: onOff,
    fallback: true,
    what: "Metrics, service-level objectives and their export; off: none are kept, and `/metrics` is not found.",
    why: "Stages count once per array, the rest is read at a scrape; and what was not counted cannot be asked at night."
  }),
  canaries: optionalSetting({
    name: "PERIGEE_CANARIES",
    kind: onOff,
    what:
      "Canaries: a synthetic observation over each source's socket at start and every 30 s. Unset: on, and off with a seed. A run of a file"
      + " sends none.",
    why:
      "They tell early that nothing gets through; the stages' counts of a run that is to be repeated must not depend on when they came."
  }),
  logFormat: optionalSetting({
    name: "PERIGEE_LOG_FORMAT",
    kind: choice("logfmt", "json", "pretty"),
    what: "How log lines are written to standard error. Without it: `pretty` on a terminal, else `logfmt`.",
    why: "A terminal is read by people, and the rest by programs."
  }),
  logLevel: setting({
    name: "PERIGEE_LOG_LEVEL",
    kind: choice("trace", "debug", "info", "warn", "error", "fatal", "none"),
    fallback: "info",
    what: "The least severe log lines that are written.",
    why: "What an operator must know, and nothing per event."
  }),
  logLevels: setting({
    name: "PERIGEE_LOG_LEVELS",
    kind: levels,
    fallback: "",
    what:
      "The same for single stages, such as `track=debug,publish=warn`; with `debug` a stage says every 10 s what it did, and of each event that it gives up why.",
    why: "One operator can be listened to without the noise of all."
  })
}
