/**
 * Where satellites truly were: precise orbits of Sentinel-1A and 1B, states 26 hours apart, Earth-fixed, good to some centimetres.
 *
 * Source: Copernicus POD Service, auxiliary precise orbit files (AUX_POEORB) of July and August 2020, first and last state of each; UT1 - UTC is
 * given with each state. Contains modified Copernicus Sentinel data 2020.
 */

export interface PublishedState {
  readonly time: number
  /** UT1 - UTC, s. */
  readonly dut1: number
  readonly position: readonly [number, number, number]
  readonly velocity: readonly [number, number, number]
}

const state = (
  time: number,
  dut1: number,
  position: readonly [number, number, number],
  velocity: readonly [number, number, number]
): PublishedState => ({ time, dut1, position, velocity })

const from = (month: number, day: number): number => Date.UTC(2020, month - 1, day, 22, 59, 42)
const to = (month: number, day: number): number => Date.UTC(2020, month - 1, day, 0, 59, 42)

export const sentinel1: ReadonlyArray<readonly [name: string, first: PublishedState, last: PublishedState]> = [
  [
    "1B, 23 to 25 July",
    state(from(7, 23), -0.213991, [1584575.803741, -6709292.216083, 1590335.796951], [
      -1941.773309,
      1267.169262,
      7235.46513
    ]),
    state(to(7, 25), -0.213398, [-84713.447559, -3713900.787173, -6029398.518733], [
      -2443.754947,
      -6085.837364,
      3785.22004
    ])
  ],
  [
    "1A, 24 to 26 July",
    state(from(7, 24), -0.213427, [790657.381776, -5350091.972871, 4554052.554079], [
      -2468.03377,
      4447.278311,
      5637.55307
    ]),
    state(to(7, 26), -0.212926, [-1002006.561765, -5948551.106577, -3707296.270829], [
      -2311.098256,
      -3532.984082,
      6302.711268
    ])
  ],
  [
    "1B, 28 to 30 July",
    state(from(7, 28), -0.21116, [2057735.247194, -6459802.571744, -2037501.319184], [
      -886.58536,
      -2517.114487,
      7108.167902
    ]),
    state(to(7, 30), -0.210187, [952282.661396, -343181.13234, -7009676.903991], [
      -1952.284695,
      -7307.849847,
      92.723677
    ])
  ],
  [
    "1B, 31 July to 2 August",
    state(from(7, 31), -0.208222, [397366.988406, 2221745.734184, -6712844.599103], [
      2338.335745,
      -6872.261583,
      -2137.043046
    ]),
    state(to(8, 2), -0.207075, [1822794.31471, 6837567.652326, -103204.079648], [
      1504.405694,
      -503.962104,
      -7429.411565
    ])
  ],
  [
    "1A, 2 to 4 August",
    state(from(8, 2), -0.206139, [-1957982.294674, 4247020.991834, 5300605.746747], [
      -528.165617,
      5818.733943,
      -4845.325459
    ]),
    state(to(8, 4), -0.205227, [-1769951.165307, -3398373.853807, 5938697.2264], [818.456869, 6443.634448, 3922.189779])
  ],
  [
    "1B, 5 to 7 August",
    state(from(8, 5), -0.203892, [-682968.9164, 5153970.686656, -4807588.442651], [
      2471.956223,
      -4707.396469,
      -5402.677076
    ]),
    state(to(8, 7), -0.203406, [1102835.919384, 6094382.559245, 3414273.664709], [
      2283.248247,
      3231.588637,
      -6483.82593
    ])
  ]
]
