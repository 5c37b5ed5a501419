//! Points of the curve and multiples of public points. Variable time: for verification and parsing only.

use super::curve::CurveSpec;
use super::field::Field;
use super::multiples;

/// A finite point.
#[derive(Clone, Copy)]
pub(super) struct Affine<const N: usize, const C: u64> {
    pub(super) x: Field<N, C>,
    pub(super) y: Field<N, C>,
}

/// The point (x/z², y/z³), or infinity when z is zero.
#[derive(Clone, Copy)]
pub(super) struct Jacobian<const N: usize, const C: u64> {
    x: Field<N, C>,
    y: Field<N, C>,
    z: Field<N, C>,
}

impl<const N: usize, const C: u64> Affine<N, C> {
    /// Whether the coordinates satisfy the curve's equation.
    pub(super) fn is_on_curve(&self, spec: &CurveSpec<N, C>) -> bool {
        let right = self.x.square().add(&spec.a).mul(&self.x).add(&spec.b);
        self.y.square().sub(&right).is_zero_vartime()
    }

    /// Whether the point lies in the subgroup of order q. Where the cofactor is 1 every point does.
    pub(super) fn is_in_subgroup(&self, spec: &CurveSpec<N, C>) -> bool {
        if spec.cofactor == 1 {
            return true;
        }
        multiples::multiple_of_any(self, spec.order.modulus(), spec).is_infinity()
    }

    pub(super) fn neg(&self) -> Self {
        Self { x: self.x, y: self.y.neg() }
    }

    pub(super) fn to_jacobian(self) -> Jacobian<N, C> {
        Jacobian { x: self.x, y: self.y, z: Field::ONE }
    }
}

impl<const N: usize, const C: u64> Jacobian<N, C> {
    pub(super) const INFINITY: Self = Self { x: Field::ONE, y: Field::ONE, z: Field::ZERO };

    pub(super) fn is_infinity(&self) -> bool {
        self.z.is_zero_vartime()
    }

    /// Whether the point is finite with the abscissa `x`; costs no inversion.
    pub(super) fn has_x(&self, x: &Field<N, C>) -> bool {
        !self.is_infinity() && x.mul(&self.z.square()).sub(&self.x).is_zero_vartime()
    }

    /// The usual doubling formulas with z halved, which saves multiplying by small numbers.
    pub(super) fn double(&self, spec: &CurveSpec<N, C>) -> Self {
        let Self { x, y, z } = self;
        // In this order most products do not need the one before, so the processor works on two at once.
        let z_squared = z.square();
        let y_squared = y.square();
        let z_out = y.mul(z);
        let derivative = if spec.a_is_minus_three {
            let product = x.sub(&z_squared).mul(&x.add(&z_squared));
            product.double().add(&product)
        } else {
            let x_squared = x.square();
            x_squared.double().add(&x_squared).add(&spec.a.mul(&z_squared.square()))
        };
        let chord = x.mul(&y_squared);
        let slope = derivative.half();
        let slope_squared = slope.square();
        let y_fourth = y_squared.square();
        let x_out = slope_squared.sub(&chord.double());
        Self { x: x_out, y: slope.mul(&chord.sub(&x_out)).sub(&y_fourth), z: z_out }
    }

    pub(super) fn add_affine(&self, other: &Affine<N, C>, spec: &CurveSpec<N, C>) -> Self {
        if self.is_infinity() {
            return other.to_jacobian();
        }
        let z_squared = self.z.square();
        let z_cubed = z_squared.mul(&self.z);
        let u = other.x.mul(&z_squared);
        let s = other.y.mul(&z_cubed);
        self.add_scaled(&u, &s, &self.x, &self.y, &self.z, spec)
    }

    pub(super) fn add(&self, other: &Self, spec: &CurveSpec<N, C>) -> Self {
        if self.is_infinity() {
            return *other;
        }
        if other.is_infinity() {
            return *self;
        }
        let (z1_squared, z2_squared) = (self.z.square(), other.z.square());
        let u1 = self.x.mul(&z2_squared);
        let s1 = self.y.mul(&z2_squared.mul(&other.z));
        let u2 = other.x.mul(&z1_squared);
        let s2 = other.y.mul(&z1_squared.mul(&self.z));
        self.add_scaled(&u2, &s2, &u1, &s1, &self.z.mul(&other.z), spec)
    }

    /// Adds (u2, s2) and (u1, s1), two finite points written over the common denominator `z`; the second is `self`.
    fn add_scaled(
        &self,
        u2: &Field<N, C>,
        s2: &Field<N, C>,
        u1: &Field<N, C>,
        s1: &Field<N, C>,
        z: &Field<N, C>,
        spec: &CurveSpec<N, C>,
    ) -> Self {
        let h = u2.sub(u1);
        let r = s2.sub(s1);
        if h.is_zero_vartime() {
            return if r.is_zero_vartime() { self.double(spec) } else { Self::INFINITY };
        }
        let h_squared = h.square();
        let r_squared = r.square();
        let h_cubed = h_squared.mul(&h);
        let v = u1.mul(&h_squared);
        let z_out = z.mul(&h);
        let x_out = r_squared.sub(&h_cubed).sub(&v.double());
        let y_part = s1.mul(&h_cubed);
        Self { x: x_out, y: r.mul(&v.sub(&x_out)).sub(&y_part), z: z_out }
    }
}

/// The points with z = 1, for the price of one inversion (Montgomery's trick). All must be finite.
pub(super) fn to_affine<const N: usize, const C: u64>(points: &[Jacobian<N, C>]) -> Vec<Affine<N, C>> {
    let mut products_before = Vec::with_capacity(points.len());
    let mut product = Field::ONE;
    for point in points {
        products_before.push(product);
        product = product.mul(&point.z);
    }
    let mut inverse = product.invert_vartime();
    let mut out: Vec<_> = points
        .iter()
        .zip(&products_before)
        .rev()
        .map(|(point, before)| {
            let z_inverse = inverse.mul(before);
            inverse = inverse.mul(&point.z);
            let z_inverse_squared = z_inverse.square();
            Affine { x: point.x.mul(&z_inverse_squared), y: point.y.mul(&z_inverse_squared.mul(&z_inverse)) }
        })
        .collect();
    out.reverse();
    out
}
