// The service's interface, typed from its own OpenAPI document.

import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "../generated/api";
import { authorization } from "./session";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

const identified: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(authorization())) request.headers.set(name, value);
    return request;
  },
};

export const api = createClient<paths>({ baseUrl: "/" });
api.use(identified);
