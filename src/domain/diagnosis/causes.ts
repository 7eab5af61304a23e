/** The published causes of a diagnosis: what each says, and what to do about it. docs/diagnosis.md lists them; a cause more is an entry here and a rule. */

export interface CauseText {
  readonly title: string
  readonly remedy: string
}

export const causes = {
  "silent-sensor": {
    title: "a sensor says nothing although it has something to see",
    remedy: "Ask its operator; the others carry on without it"
  },
  "sparse-sensor": {
    title: "a sensor says much less than it should",
    remedy: "Ask its operator whether it works, and whether the network loses its data"
  },
  "wrong-units": {
    title: "a sensor sends other units than metres, metres a second and radians",
    remedy: "Send its operator the message of `perigee diagnose dlq`; what was given up is kept, raw: perigee dlq show"
  },
  "sensor-clock": {
    title: "a sensor's clock is off",
    remedy: "Ask its operator to set its clock; until then enter its offset in the sensor registry"
  },
  "cross-tagged": {
    title: "a sensor's track numbers are those of other objects",
    remedy: "Ask its operator; the pipeline trusts its measurements, not its numbers"
  },
  "biased-sensor": {
    title: "a sensor's measurements are off beyond its sigmas",
    remedy: "Ask for a calibration; until then enter its bias or greater sigmas in the sensor registry"
  },
  "uncorrelated-sensor": {
    title: "what a sensor measures fits no object",
    remedy: "Check its site and angle frame in the sensor registry, then with its operator"
  },
  "catalogue": {
    title: "what most sensors measure fits no object of the catalogue",
    remedy: "Load a newer catalogue: see catalogue_age_seconds"
  },
  "late-data": {
    title: "a sensor's data comes later than its kind may",
    remedy: "Ask its operator about the delay; what was given up as late is kept, raw: perigee dlq show"
  },
  "partner-rubbish": {
    title: "a partner sends what cannot be used",
    remedy: "Send the partner the message of `perigee diagnose dlq`; what was given up is kept, raw: perigee dlq show"
  },
  "duplicates": {
    title: "records come more than once",
    remedy: "Nothing is counted twice; ask the partner whether it retries what had arrived"
  },
  reordering: {
    title: "records of links come late and out of order, within what their kind may",
    remedy: "Results are the same; alerts come later: ask the partner about the way that the data takes"
  },
  "packet-loss": {
    title: "records are lost on their way",
    remedy:
      "Look at the network between the sensor and this machine, and at the receive buffer (PERIGEE_RADAR_RECEIVE_BUFFER)"
  },
  "feed-down": {
    title: "a source cannot be reached or its calls fail",
    remedy:
      "Look whether the source runs and can be reached from this machine: its address, DNS, certificate, network. Polling resumes by itself"
  },
  "no-input": {
    title: "nothing arrives from any sensor",
    remedy: "Look at this machine's network and firewall, and at the ports of the sources"
  },
  "own-clock": {
    title: "this machine's clock disagrees with most sensors",
    remedy: "Look at its time synchronisation (chronyc tracking, timedatectl)"
  },
  "paused-process": {
    title: "the process stood still, or its clock jumped",
    remedy:
      "Look for a pause: a suspended machine, SIGSTOP, swapping, a throttled container; and for a step of the clock"
  },
  "log-unwritable": {
    title: "the message log cannot be written",
    remedy:
      "Look at the data directory: free space, rights, the disk's health. What was received waits, and goes on when it can be written"
  },
  "disk-full": {
    title: "the disk of the data directory is full",
    remedy: "Free space, or move the data directory; what waits goes on by itself"
  },
  "slow-disk": {
    title: "writing to the log is slow",
    remedy: "Look at the disk (iostat -x 1) and at who else uses it"
  },
  "slow-stage": {
    title: "a stage takes longer than its input leaves it",
    remedy: "Look at its traces and its profile; take back what was deployed last"
  },
  "failing-stage": {
    title: "a stage fails on what it is given",
    remedy: "Look at its dead letters' messages: perigee dlq list, perigee dlq show"
  },
  "stage-ended": {
    title: "the pipeline has ended",
    remedy: "The last lines of its log tell why; start it again: it goes on from its last commit unit"
  },
  "busy-process": {
    title: "the process has no time left: its event loop is full",
    remedy: "Look at who else uses the processors (top); lower PERIGEE_TRACE_RATIO; else give it more, or partition it"
  },
  "memory": {
    title: "memory is running out",
    remedy: "Look at the sizes of state in /metrics; restart before the limit: it goes on from its last commit unit"
  },
  "overload": {
    title: "more comes in than can be worked off",
    remedy: "Low priorities are shed and counted; look which sensor sends more than it should, or add partitions"
  },
  "canaries-lost": {
    title: "canaries of a source do not come through",
    remedy: "Follow one: perigee trace search --tag source.kind=canary --errors"
  }
} as const satisfies Readonly<Record<string, CauseText>>

export type CauseId = keyof typeof causes
