namespace Counterfoil.Zk.Fields;

/// <summary>A finite field: an algorithm is written once over it and specialised by the compiler.</summary>
/// <typeparam name="F">The field's element.</typeparam>
public interface IField<F> : IEquatable<F> where F : struct, IField<F>
{
    /// <summary>The neutral element of addition.</summary>
    static abstract F Zero { get; }

    /// <summary>The neutral element of multiplication.</summary>
    static abstract F One { get; }

    /// <summary>The sum.</summary>
    static abstract F operator +(F left, F right);

    /// <summary>The difference.</summary>
    static abstract F operator -(F left, F right);

    /// <summary>The additive inverse.</summary>
    static abstract F operator -(F value);

    /// <summary>The product.</summary>
    static abstract F operator *(F left, F right);

    /// <summary>The multiplicative inverse.</summary>
    /// <exception cref="DivideByZeroException"><paramref name="value"/> is zero.</exception>
    static abstract F Inverse(F value);

    /// <summary>The image of an integer: a negative v is p − |v|.</summary>
    static abstract F FromInteger(long value);
}
