/** A place on the Earth: its position and local axes in ITRF. */
import type { Vector3 } from "../../observation/Observation.ts"

/** Geodetic coordinates: latitude and longitude (east positive) in rad, height above the ellipsoid in m. */
export interface Site {
  readonly latitude: number
  readonly longitude: number
  readonly height: number
}

/** An ellipsoid of revolution: equatorial radius m, first eccentricity squared. */
export interface Ellipsoid {
  readonly radius: number
  readonly eccentricitySquared: number
}

export const wgs84: Ellipsoid = { radius: 6_378_137, eccentricitySquared: 0.0066943799901413165 }

/** Position of a site in ITRF, m. */
export const sitePosition = (site: Site, ellipsoid: Ellipsoid = wgs84): Vector3 => {
  const sin = Math.sin(site.latitude)
  const cos = Math.cos(site.latitude)
  const normal = ellipsoid.radius / Math.sqrt(1 - ellipsoid.eccentricitySquared * sin * sin)
  const axial = (normal + site.height) * cos
  return [
    axial * Math.cos(site.longitude),
    axial * Math.sin(site.longitude),
    (normal * (1 - ellipsoid.eccentricitySquared) + site.height) * sin
  ]
}

/** East, north and up (geodetic) unit vectors in ITRF. South-east-zenith is minus north, east, up. */
export interface LocalAxes {
  readonly east: Vector3
  readonly north: Vector3
  readonly up: Vector3
}

export const localAxes = (site: Site): LocalAxes => {
  const [sinLat, cosLat] = [Math.sin(site.latitude), Math.cos(site.latitude)]
  const [sinLon, cosLon] = [Math.sin(site.longitude), Math.cos(site.longitude)]
  return {
    east: [-sinLon, cosLon, 0],
    north: [-sinLat * cosLon, -sinLat * sinLon, cosLat],
    up: [cosLat * cosLon, cosLat * sinLon, sinLat]
  }
}
