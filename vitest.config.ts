import { defineConfig } from "vitest/config"

export default defineConfig({
  resolve: { conditions: ["perigee-source"] },
  ssr: { resolve: { conditions: ["perigee-source"] } },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/kafkaGlobalSetup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: one worker keeps memory low and leaves the other core to the servers that integration tests start.
    maxWorkers: 2,
    reporters: ["default"]
  }
})
