import { Config } from "effect"

/** `PERIGEE_DATA_DIR`: where the embedded stores keep their files. `.perigee` in the working directory by default. */
export const dataDirectory = Config.NonEmptyString("PERIGEE_DATA_DIR").pipe(Config.withDefault(".perigee"))
