import { assert, it } from "@effect/vitest"
import { encodeIslBeacon } from "../../../src/domain/observation/formats/islBeacon.ts"
import { encodeRadarFrame } from "../../../src/domain/observation/formats/radarFrame.ts"
import { sensorIdOf } from "../../../src/domain/observation/sensorIdOf.ts"
import { defaultRegistry } from "../../../src/domain/observation/sensors/defaultSensors.ts"

const registry = defaultRegistry()
const [radar] = registry.byArrayId
const [link] = registry.bySatelliteId
const text = (of: string) => Buffer.from(of)

const frame = (arrayId: number) =>
  encodeRadarFrame({
    arrayId,
    trackId: 0,
    sensorTime: 0,
    range: Number.NaN,
    rangeRate: 0,
    azimuth: 0,
    elevation: 0,
    sigmaRange: 0,
    sigmaRangeRate: 0,
    sequence: 0,
    flags: 0
  })

const beacon = (satelliteId: number) =>
  encodeIslBeacon({
    satelliteId,
    time: 0,
    frame: "TEME",
    position: [Number.NaN, 0, 0],
    velocity: undefined,
    covariance: undefined
  })

it("a record that cannot be used still tells its sensor, on every wire", () => {
  assert.isDefined(radar)
  assert.isDefined(link)
  const cases: ReadonlyArray<readonly [format: string, bytes: Uint8Array, expected: string | undefined]> = [
    ["radar", frame(radar[0]), radar[1].sourceId],
    ["radar", frame(77), "radar:77"],
    ["radar", new Uint8Array(63), undefined],
    ["isl", beacon(link[0]), link[1].sourceId],
    ["isl", beacon(link[0]).subarray(0, 100), link[1].sourceId],
    ["isl", beacon(77), "isl:77"],
    ["isl", text("GET / HTTP/1.1\r\n\r\n"), undefined],
    ["optical", text(`{"sourceId": "dome-1", "time": 7}`), "dome-1"],
    ["observation", text(`{"sourceId" : "dome-1", "sensorTimest`), "dome-1"],
    ["observation", text(`{"sourceId": ""}`), undefined],
    ["observation", text("garbage"), undefined],
    ["tdm", text(`META_START\n PARTICIPANT_1 = 25544\r\nPARTICIPANT_2 = ${radar[1].sourceId}\r\n`), radar[1].sourceId],
    ["tdm", text("PARTICIPANT_1 = nobody"), undefined],
    ["unheard-of", text("?"), undefined]
  ]
  for (const [format, bytes, expected] of cases) {
    assert.strictEqual(sensorIdOf(format, bytes, registry), expected, `${format} ${Buffer.from(bytes).toString()}`)
  }
})
