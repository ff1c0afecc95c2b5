"""Newton's method finds a teacher's parameters: Hessian-vector products in NumPy code made from the tangent model."""

import numpy as np

import symrnn as sr

model = sr.models.scalar()
product = sr.hvp(model)
print(sr.text(product))

gradient, curvature = sr.to_numpy(model), sr.to_numpy(product.pushed.model)
rng = np.random.default_rng(0)
names, border, teacher = ["w", "u", "b"], {"s[0]": 0.0}, np.array([0.6, 0.8, -0.1])
inputs = {"x": rng.normal(size=20), "y": np.zeros(20)}
inputs["y"] = gradient.forward(dict(zip(names, teacher, strict=True)), inputs, border)["s"]


def slope(point):
    """Loss and gradient as a vector."""
    loss, grads = gradient.loss_and_grad(dict(zip(names, point, strict=True)), inputs, border)
    return float(loss), np.array([grads[name] for name in names])


def times(point, v):
    """The Hessian at a point times v: the gradient of the derivative of the loss along v."""
    params = dict(zip([*names, *(f"{name}dot" for name in names)], [*point, *v], strict=True))
    _, grads = curvature.loss_and_grad(params, inputs, border | {"sdot[0]": 0.0})
    return np.array([grads[name] for name in names])


point = np.array([0.4, 0.6, 0.0])
for _ in range(8):
    loss, g = slope(point)
    hessian = np.array([times(point, e) for e in np.eye(3)])
    assert np.allclose(hessian, hessian.T)
    damping = max(0.0, 1e-3 - np.linalg.eigvalsh(hessian)[0])
    point = point - np.linalg.solve(hessian + damping * np.eye(3), g)
print(f"loss {loss:.6f}, gradient {np.linalg.norm(g):.1e}")
assert np.allclose(point, teacher, atol=1e-9)
