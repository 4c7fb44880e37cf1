import type { Hono } from "hono";
import type { ProxyPoolService } from "../../service/proxy-pool-service.ts";
import type { TestPool } from "../../service/test-pool.ts";
import type { AppEnv } from "../app-env.ts";
import { answer, readBody, refuse } from "./answers.ts";
import { newPool, poolChange, testedPlace } from "./proxy-pool-schemas.ts";
import { renderPool } from "./render.ts";

/** `/proxy-pools`: credentials go in and never come out. */
export function addProxyPoolRoutes(admin: Hono<AppEnv>, pools: ProxyPoolService, testPool: TestPool): void {
  admin.get("/proxy-pools", async () => Response.json({ items: (await pools.list()).map(renderPool) }));
  admin.post("/proxy-pools", async (c) => {
    const body = await readBody(c.req, newPool);
    return answer(body.ok ? await pools.create(body.value) : body, renderPool, 201);
  });
  admin.get("/proxy-pools/:id", async (c) => answer(await pools.find(c.req.param("id")), renderPool));
  admin.patch("/proxy-pools/:id", async (c) => {
    const body = await readBody(c.req, poolChange);
    return answer(body.ok ? await pools.update(c.req.param("id"), body.value) : body, renderPool);
  });
  admin.post("/proxy-pools/:id/test", async (c) => {
    const body = await readBody(c.req, testedPlace);
    if (!body.ok) return refuse(body.failure);
    const { origin } = new URL(c.req.url);
    return answer(await testPool({ id: c.req.param("id"), place: body.value, origin }), (report) => report);
  });
  admin.delete("/proxy-pools/:id", async (c) => answer(await pools.remove(c.req.param("id")), (removed) => removed));
}
