console.log("import direction: not written yet")
process.exit(0)
