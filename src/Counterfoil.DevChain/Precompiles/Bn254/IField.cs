namespace Counterfoil.DevChain.Precompiles.Bn254;

/// <summary>What curve arithmetic needs of the field that it is over, so that it is written once for both groups.</summary>
interface IField<F> : IEquatable<F> where F : struct, IField<F>
{
    static abstract F One { get; }
    static abstract F operator +(F left, F right);
    static abstract F operator -(F left, F right);
    static abstract F operator *(F left, F right);
    bool IsZero { get; }
    /// <summary>1 / x; zero for zero.</summary>
    F Inverse { get; }
}
