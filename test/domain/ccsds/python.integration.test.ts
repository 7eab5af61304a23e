/**
 * What Perigee writes, read by other people's readers: the Python packages `ccsds-ndm` (KVN and XML, by the schemas of CCSDS) and `oem`.
 *
 * `PERIGEE_CCSDS_PYTHON` names an interpreter that has them; then they are required. Without it they are looked for in `python3`, and where
 * they are not there the tests are skipped.
 */
import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { readCdm } from "../../../src/domain/ccsds/cdm/readCdm.ts"
import { formatCdm, formatCdmXml } from "../../../src/domain/ccsds/cdm/writeCdm.ts"
import { readOem } from "../../../src/domain/ccsds/oem/readOem.ts"
import { formatOem } from "../../../src/domain/ccsds/oem/writeOem.ts"
import { readTdm } from "../../../src/domain/ccsds/tdm/tdm.ts"
import { writeTdm } from "../../../src/domain/ccsds/tdm/writeTdm.ts"
import { sensorOf } from "../../../src/domain/observation/sensors/sensorRecord.ts"
import { makeRegistry } from "../../../src/domain/observation/sensors/SensorRegistry.ts"
import { testData } from "../../support/sharedData.ts"

const named = process.env["PERIGEE_CCSDS_PYTHON"]
const python = named ?? "python3"
const there = (module: string) =>
  named !== undefined || spawnSync(python, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0
const name = (what: string, module: string) =>
  there(module) ? what : `${what} (skipped: ${python} has no module ${module}; set PERIGEE_CCSDS_PYTHON)`

const directory = mkdtempSync(join(tmpdir(), "perigee-ccsds-"))
afterAll(() => rmSync(directory, { recursive: true }))

/** What a program prints, as JSON, of a file with this text. */
const told = (program: string, file: string, text: string): unknown => {
  const path = join(directory, file)
  writeFileSync(path, text)
  return JSON.parse(execFileSync(python, ["-c", program, path], { encoding: "utf8" }))
}

const walk = `
import dataclasses, enum, json, sys
def leaves(o, out):
    if dataclasses.is_dataclass(o):
        for f in dataclasses.fields(o):
            value = getattr(o, f.name)
            if f.name == "comment" or value is None: continue
            if dataclasses.is_dataclass(value) and hasattr(value, "value"): value = value.value
            if isinstance(value, list) or dataclasses.is_dataclass(value): leaves(value, out)
            else: out.append([f.metadata.get("name", f.name), value.value if isinstance(value, enum.Enum) else value])
    elif isinstance(o, list):
        for each in o: leaves(each, out)
    return out
`
const readKvn = `${walk}
from ccsds_ndm.ndm_kvn_io import NdmKvnIo
print(json.dumps(leaves(NdmKvnIo().from_path(sys.argv[1]), [])))
`
const readXml = `${walk}
from ccsds_ndm.ndm_io import NdmIo
print(json.dumps(leaves(NdmIo().from_path(sys.argv[1]), [])))
`

/** Keyword and value of a text of ours, as numbers where they are. */
const pairs = (text: string): ReadonlyArray<readonly [string, string | number]> =>
  text.split("\n").filter((line) => / = /.test(line) && !line.startsWith("COMMENT")).map((line) => {
    const [key = "", value = ""] = line.replace(/^([A-Z_]+ = [-+.\de]+) \[[^\]]*\]$/, "$1").split(" = ")
    return [key, Number.isNaN(Number(value)) || value === "" ? value : Number(value)] as const
  })

/** Values as they can be compared: a designator of digits alone may come back as text. */
const comparable = (list: unknown) =>
  Array.isArray(list)
    ? list.filter(([key]) => !["id", "version", "CCSDS_CDM_VERS"].includes(String(key))).map(([key, value]) => [
      key,
      typeof value === "string" && value !== "" && !Number.isNaN(Number(value)) ? Number(value) : value
    ])
    : list

describe("other readers", () => {
  const { cdm } = Result.getOrThrow(readCdm(readFileSync(testData("ccsds/conjunction.cdm"), "utf8"), "f"))

  it.skipIf(!there("ccsds_ndm"))(name("ccsds-ndm reads every value of our CDM in KVN", "ccsds_ndm"), () => {
    // In this notation that reader takes whatever stands in brackets at the end of a name for its unit.
    const [one, two] = cdm.objects
    const text = formatCdm({ ...cdm, objects: [one, { ...two, name: "FRAGMENT B" }] })
    expect(comparable(told(readKvn, "a.cdm", text))).toEqual(comparable(pairs(text)))
  })

  it.skipIf(!there("ccsds_ndm"))(name("and in XML, by the schema", "ccsds_ndm"), () => {
    expect(comparable(told(readXml, "a.xml", formatCdmXml(cdm)))).toEqual(comparable(pairs(formatCdm(cdm))))
  })

  it.skipIf(!there("ccsds_ndm"))(name("ccsds-ndm reads every observation of our TDM", "ccsds_ndm"), () => {
    const registry = makeRegistry([
      sensorOf({
        sourceId: "RADAR-1",
        kind: "radar",
        site: { latitudeDegrees: 1, longitudeDegrees: 2, heightMetres: 3 }
      })
    ])
    const { observations } = readTdm(readFileSync(testData("ccsds/radar.tdm"), "utf8"), registry, 0)
    const { text } = writeTdm(observations.map(({ observation }) => observation), {
      creationDate: 0,
      originator: "PERIGEE"
    })
    const ours = pairs(text).flatMap(([key, value]) => {
      const [, epoch, number] = /^(\d{4}-\S+) (\S+)$/.exec(String(value)) ?? []
      return epoch === undefined ? [[key, value]] : [["EPOCH", epoch], [key, Number(number)]]
    })
    const theirs = comparable(told(readKvn, "a.tdm", text))
    expect(theirs).toEqual(ours.filter(([key]) => key !== "CCSDS_TDM_VERS"))
  })

  it.skipIf(!there("oem"))(name("oem reads our ephemeris: states and covariances in SI units", "oem"), () => {
    const ours = Result.getOrThrow(readOem(readFileSync(testData("ccsds/ephemeris.oem"), "utf8"), "f"))
    const program = `
import json, sys
from oem import OrbitEphemerisMessage
segment = OrbitEphemerisMessage.open(sys.argv[1]).segments[0]
print(json.dumps({
  "frame": segment.metadata["REF_FRAME"], "object": segment.metadata["OBJECT_NAME"],
  "states": [[*s.position, *s.velocity] for s in segment.states],
  "covariances": [c.matrix.tolist() for c in segment.covariances]
}))
`
    const [segment] = ours.segments
    expect(told(program, "a.oem", formatOem(ours))).toEqual({
      frame: "EME2000",
      object: "SATELLITE A",
      states: segment?.states.map(({ position, velocity }) =>
        [...position, ...velocity].map((value) => Number((value / 1000).toPrecision(15)))
      ),
      covariances: segment?.covariances.map(({ matrix }) =>
        Array.from(
          { length: 6 },
          (_, row) =>
            Array.from({ length: 6 }, (_, column) => Number(((matrix[6 * row + column] ?? 0) / 1e6).toPrecision(15)))
        )
      )
    })
  })
})
