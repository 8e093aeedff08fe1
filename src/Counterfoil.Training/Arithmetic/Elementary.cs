namespace Counterfoil.Training.Arithmetic;

/// <summary>
/// exp and log from the four IEEE operations alone. The platform's own differ in the last bit between systems and versions, and one bit is another model.
/// </summary>
/// <remarks>
/// Range reduction with ln 2 in two parts, the first of 16 significant bits so that n·high is exact (W. J. Cody, W. Waite, <i>Software Manual for the
/// Elementary Functions</i>, 1980, §6). Relative error below 3·10⁻⁷, tested against float64.
/// </remarks>
static class Elementary
{
    const float Log2OfE = 1.4426950408889634f;
    const float Ln2High = 0.693145751953125f;       // 0x3F317200
    const float Ln2Low = 1.42860682030941723e-6f;   // ln 2 − Ln2High
    const float RoundToInteger = 12582912f;         // 1.5·2^23: adding it leaves no fraction bits, for |x| < 2^22

    /// <summary>e^x for x ≤ 0; below −87.3, where float32 loses precision, exactly 0.</summary>
    public static float Exp(float x)
    {
        if (!(x > -87.3f)) return float.IsNaN(x) ? x : 0;
        float n = (float)((float)((float)(x * Log2OfE) + RoundToInteger) - RoundToInteger);
        float r = (float)((float)(x - (float)(n * Ln2High)) - (float)(n * Ln2Low));
        // Taylor to the 7th power: |r| ≤ ln 2 / 2, the next term is below 6·10⁻⁹.
        float p = 1f / 5040;
        p = (float)((float)(p * r) + (1f / 720));
        p = (float)((float)(p * r) + (1f / 120));
        p = (float)((float)(p * r) + (1f / 24));
        p = (float)((float)(p * r) + (1f / 6));
        p = (float)((float)(p * r) + 0.5f);
        p = (float)((float)(p * r) + 1f);
        p = (float)((float)(p * r) + 1f);
        return (float)(p * BitConverter.Int32BitsToSingle(((int)n + 127) << 23));
    }

    /// <summary>ln x for a positive normal x.</summary>
    public static float Log(float x)
    {
        int bits = BitConverter.SingleToInt32Bits(x);
        int e = (bits >> 23) - 127;
        float m = BitConverter.Int32BitsToSingle((bits & 0x7FFFFF) | 0x3F800000);
        if (m > 1.41421356f) (m, e) = ((float)(m * 0.5f), e + 1);
        // ln m = 2·artanh s, s = (m − 1)/(m + 1), |s| ≤ 0.1716: s¹³/13 is below 10⁻¹¹.
        float s = (float)((float)(m - 1f) / (float)(m + 1f)), q = (float)(s * s);
        float p = 1f / 11;
        p = (float)((float)(p * q) + (1f / 9));
        p = (float)((float)(p * q) + (1f / 7));
        p = (float)((float)(p * q) + (1f / 5));
        p = (float)((float)(p * q) + (1f / 3));
        p = (float)((float)(p * q) + 1f);
        float log = (float)((float)(2f * s) * p);
        return (float)((float)(e * Ln2High) + (float)((float)(e * Ln2Low) + log));
    }
}
