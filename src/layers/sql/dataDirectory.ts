import { settings } from "../config/settings.ts"

/** `PERIGEE_DATA_DIR`: where the embedded stores keep their files. `.perigee` in the working directory by default. */
export const dataDirectory = settings.dataDirectory
