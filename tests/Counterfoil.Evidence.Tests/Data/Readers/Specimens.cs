using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Counterfoil.Data.Stores;

namespace Counterfoil.Tests.Data;

/// <summary>Small files of each format, made by writers of others: Python 3.11's tarfile, csv, gzip, bz2 and lzma, and zstd 1.5's command line.</summary>
static class Specimens
{
    /// <summary>The files that the archives hold: <c>[('0.cls', b'7'), ('0.jpg', b'\xff\xd8' + bytes(range(256)) * 9), ('dir/1.cls', b''), ('dir/1.jpg', b'x' * 600)]</c>.</summary>
    public static (string Name, byte[] Bytes)[] Files { get; } =
    [
        ("0.cls", "7"u8.ToArray()), ("0.jpg", [0xff, 0xd8, .. Enumerable.Range(0, 9 * 256).Select(i => (byte)i)]), ("dir/1.cls", []), ("dir/1.jpg", [.. Enumerable.Repeat((byte)'x', 600)]),
    ];

    /// <summary><c>tarfile.open(mode='w', format=USTAR_FORMAT)</c>, each <c>TarInfo</c> with <c>mtime = 1</c>.</summary>
    public static byte[] Ustar { get; } = Gunzip(
        "H4sIAAAAAAACAzPQS84pZqAtMAACMxMTMA0E6DQQGKKxzUzNzRkUDBjoAEqLSxKLgFYyjExgzjAKRjIw0MsqSB/Y/G9iYmCEnv/NDEbzP13A/xsMjEzMLKxs7BycXNw8vHz8AoJCwiKiYuISklLSMr" +
        "Jy8gqKSsoqqmrqGppa2jq6evoGhkbGJqZm5haWVtY2tnb2Do5Ozi6ubu4enl7ePr5+/gGBQcEhoWHhEZFR0TGxcfEJiUnJKalp6RmZWdk5uXn5BYVFxSWlZeUVlVXVNbV19Q2NTc0trW3tHZ1d3T29" +
        "ff0TJk6aPGXqtOkzZs6aPWfuvPkLFi5avGTpsuUrVq5avWbtuvUbNm7avGXrtu07du7avWfvvv0HDh46fOToseMnTp46febsufMXLl66fOXqtes3bt66fefuvfsPHj56/OTps+cvXr56/ebtu/cfPn" +
        "76/OXrt+8/fv76/efvv/+j/h/1/6j/R/0/6v9R/4/6fwT6f0SDlMwifUMajwEQ7v+jjwWYG5uajrb/6Rf/tO0DEoh/Q0NjzPg3MxyNf3qAilEwCmgARkfWRsEoGAWjYBSMglEwCkbBKBgFo2AUjIJR" +
        "MAoGBwAAbANSFAAoAAA=");

    /// <summary>The same with <c>PAX_FORMAT</c>, and <c>('d' * 90 + '/' + 'é' * 60 + '.txt', b'long')</c> behind.</summary>
    public static byte[] Pax { get; } = Gunzip(
        "H4sIAAAAAAACAzPQS84pZqAtMAACMxMTMA0E6DQQGKKxzUzNzRkUDBjoAEqLSxKLgFYyjExgzjAKRjIw0MsqSB/Y/G9iYmCEnv/NDEbzP13A/xsMjEzMLKxs7BycXNw8vHz8AoJCwiKiYuISklLSMr" +
        "Jy8gqKSsoqqmrqGppa2jq6evoGhkbGJqZm5haWVtY2tnb2Do5Ozi6ubu4enl7ePr5+/gGBQcEhoWHhEZFR0TGxcfEJiUnJKalp6RmZWdk5uXn5BYVFxSWlZeUVlVXVNbV19Q2NTc0trW3tHZ1d3T29" +
        "ff0TJk6aPGXqtOkzZs6aPWfuvPkLFi5avGTpsuUrVq5avWbtuvUbNm7avGXrtu07du7avWfvvv0HDh46fOToseMnTp46febsufMXLl66fOXqtes3bt66fefuvfsPHj56/OTps+cvXr56/ebtu/cfPn" +
        "76/OXrt+8/fv76/efvv/+j/h/1/6j/R/0/6v9R/4/6fwT6f0SDlMwifUMajwEQ7v+jjwWYG5uajrb/6Rf/tO0DEoh/Q0NjzPg3MxyNf3qAilEwCmgARkfWhgbQ09fTdwhIrPBITUxJLaJd+Y+l3IeX" +
        "+cYmhqhtAUMDI0NjBoWK0fKf5sDIyFShILEkwzaFZkD/8MqBgXolFSVco1kcf/uPdtFuDwOE2/8mqO0/YwNTM4PR9h89QE5+XvpoLhgFo2AUjIJRMApGwSgYOQAABAu1kwAoAAA=");

    /// <summary>The same with <c>GNU_FORMAT</c>.</summary>
    public static byte[] Gnu { get; } = Gunzip(
        "H4sIAAAAAAACAzPQS84pZqAtMAACMxMTMA0E6DQQGKKxzUyNzRkUDBjoAEqLSxKLFBQYRigwZxgFIxkY6GUVpA9s/jcxMTDCyP8mo/mfLuD/DQZGJmYWVjZ2Dk4ubh5ePn4BQSFhEVExcQlJKWkZWT" +
        "l5BUUlZRVVNXUNTS1tHV09fQNDI2MTUzNzC0sraxtbO3sHRydnF1c3dw9PL28fXz//gMCg4JDQsPCIyKjomNi4+ITEpOSU1LT0jMys7JzcvPyCwqLiktKy8orKquqa2rr6hsam5pbWtvaOzq7unt6+" +
        "/gkTJ02eMnXa9BkzZ82eM3fe/AULFy1esnTZ8hUrV61es3bd+g0bN23esnXb9h07d+3es3ff/gMHDx0+cvTY8RMnT50+c/bc+QsXL12+cvXa9Rs3b92+c/fe/QcPHz1+8vTZ8xcvX71+8/bd+w8fP3" +
        "3+8vXb9x8/f/3+8/ff/1H/j/p/1P+j/h/1/6j/R/0/Av0/okFKZpG+IY3HAAj3/9HHAsyNDU1H2//0i3/a9gEJxL+hoTFm/BsZjsY/PUDFKBgFNACjI2tDA+jp6+k7+OTnpftk5mXTsPzHUu7Dy3xj" +
        "Y/S2gLm5KbD89xkt/2lf/9MM6B9eOTBQr6SiZDRjD6L4J9z+N0Ft/xkbmRmajLb/6AFygEX/aC4YBaNgFIyCUTAKRsEoGDkAAERlsjkAKAAA");

    /// <summary><c>csv.writer(s).writerows([['id', 'text', 'note é'], ['1', 'plain', ''], ['2', 'a "quoted", one', 'two\nlines'], ['', 'crlf\r\n', ' space ']])</c>.</summary>
    public static byte[] Csv { get; } = "id,text,note é\r\n1,plain,\r\n2,\"a \"\"quoted\"\", one\",\"two\nlines\"\r\n,\"crlf\r\n\", space \r\n"u8.ToArray();

    /// <summary>Three JSON texts, none canonical.</summary>
    public static byte[] Json { get; } = """
        {"b":1.50,"a":[true,null,"\u20ac\/"]}
          1e2 
        {"\u00f6":{"z":-0,"":""},"1":1e-7}
        """u8.ToArray();

    /// <summary>Tensors b (U8, three), e (F16, none) and w (F32, two by two), and metadata, made with <c>struct</c> and <c>json</c>.</summary>
    public static byte[] Safetensors { get; } = Convert.FromHexString(
        "d9000000000000007b225f5f6d657461646174615f5f223a207b226b223a202276227d2c202277223a207b226474797065223a2022463332222c20227368617065223a205b322c20325d2c" +
        "2022646174615f6f666673657473223a205b332c2031395d7d2c202262223a207b226474797065223a20225538222c20227368617065223a205b335d2c2022646174615f6f666673657473" +
        "223a205b302c20335d7d2c202265223a207b226474797065223a2022463136222c20227368617065223a205b302c20355d2c2022646174615f6f666673657473223a205b332c20335d7d7d" +
        "0102030000803f000000400000404000008040");

    /// <summary><c>b''.join(b'line %d of a text that compresses\n' % i for i in range(200))</c>.</summary>
    public static byte[] Text { get; } = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(i => $"line {i} of a text that compresses\n")));

    /// <summary><c>gzip.compress(text, mtime=0)</c>.</summary>
    public static byte[] Gz { get; } = Convert.FromBase64String(
        "H4sIAAAAAAACA43ZS25TQRRF0T6jeEN4p/41nAg5AikQhN1g+IgJsKp/W0uOfXbl4/vPx3Vfn+/X2/V6/Hldr29vr+vr549fvx/P5+P55ePfQXRQdFB10HTQdTB0MHWwdLAJZUpahpihZsgZeoagoW" +
        "hIGpoWmhZ/PmlaaFpoWmhaaFpoWmhaaFppWmla/UdP00rTStNK00rTStNK00bTRtNG0+ZvUpo2mjaaNpo2mjaadpp2mnaadpp2/zzRtNO007TTtNN00HTQdNB00HTQdPg3n6aDpoOmg6aTppOmk6aT" +
        "ppOmk6bTQ4qmk6aTpoumi6aLpoumi6aLpoumy+uUpoumm6abppumm6abppumm6abptuT/2Dze/TfXv23Z//t3X97+N9e/ren/+3tf3v839Y9SSrrHkTVQVUdZNVBVx2E1UFZHaSV2yqOq5SDYrWu+y" +
        "oOrLiw4sSKGyuOrLiy4syKOyv14EHAuk6tuLXi2IprK86tuLfi4IqLK06utIP3Fuu6uuLsirsrDq+4vOL0itsrjq+4vtIPnrOs6wCLCyxOsLjB4giLKyzOsLjD4hDLOHgttK5bLI6xuMbiHIt7LA6y" +
        "uMjiJIubLPPgMda6zrK4y+Iwi8ssTrO4zeI4i+sszrOsg7du67rQ4kSLGy2OtLjS4kyLOy0OtbjUsg/+lfA/3b/6SZpa6hoAAA==");

    /// <summary><c>bz2.compress(text)</c>.</summary>
    public static byte[] Bz2 { get; } = Convert.FromBase64String(
        "QlpoOTFBWSZTWauE3gcAB5lZgAAQQAB/4Ctn3EBAAl2C4EBTRoA0AAERA8/VVP1QnqaGhiT//1VJD96p/qqo0AMgFJVQGaUbSDMUdxF1EXyIvAi6++blz46fj8/HXlz3PmBJoA4GoG4bA2BuGoHA0A" +
        "SZAKQAEmgDgagbhsDYG4agcDQBJkApAAcxEYiMXERiIxzdxd3d3fWZmZmZqMQzAB0qqqqqqZjEZzTam1NqbU2ptTam1OPLjcccVWtttt3gAALquqqtrbbbvgAAF1V4qrbW2279AAALqq8qrba2278w" +
        "AALqqvOrbbW278gAALqqr0rbba278AAAXVVVy2221u+gAAOi8VVXOc5znOcgbbbbbbaIv2IsIvsRfoReBF1EXcRYRdhF9CLzEXYRchF2EXcReBF4EXQRYRdxF/hF7hF5iL/i7kinChIVcJvA4A==");

    /// <summary><c>lzma.compress(text)</c>: CRC-64.</summary>
    public static byte[] Xz { get; } = Convert.FromBase64String(
        "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4BrpATBdADYaSh8IoCYDTQad7+2MoT/IOM9thS+YBVT3V81fWtWhrZid08G5PLhK9hGP85/0NbHOMv8Mz1fJASD2xVpxiQdaLmbW49MXcq0cuUvC4YmhSY" +
        "As+C21FtGwwMTap8eYVhKwz5b7pfD1l0VewbOQZV3WXugkiw+g5H5IDPy1f8a76OC678Q9KicQcvv6k95UOy6VkIYnN2XRMfdrxuLrRxD8PyUPOYCMDBofYtrh8aLnKZw0qTKp3xWxj/LMUewX3/dB" +
        "Lpu7EYfyIJQHHIroBrl/8I9cyLzxRQwRkvdIiy18dW5MEP0T/76bOks5zYZvS4KSwXJ2ilgaEsW4OFKP/PguqzcXIUtYDZaCVZu1YY/zl0iO0RSLMJYDDXxxSBfLod+1C1Dded8DmWuE/NcwSwAAWt" +
        "R6COd4JL0AAcwC6jUAAFXf3USxxGf7AgAAAAAEWVo=");

    /// <summary><c>lzma.compress(b'unchecked text', check=lzma.CHECK_NONE)</c>.</summary>
    public static byte[] XzUnchecked { get; } = Convert.FromBase64String(
        "/Td6WFoAAAD/EtlBAgAhARYAAAB0L+WjAQANdW5jaGVja2VkIHRleHQAAAAAAR4O86d/EwZynnoBAAAAAABZWg==");

    /// <summary><c>zstd -c --check -19</c>.</summary>
    public static byte[] Zst { get; } = Convert.FromBase64String(
        "KLUv/QRopQgAxpQsGIApzQGAFvtH3GODYSSOl5aWbFm4IimpEzAAJQAeAEVERERENDMzMzPTtm3b/v9/4lnRdAADYTCQheKQEBxJgJAcSQNJjsAxSBzlQBAFQ////18ul8vlcrlcLmdmZmZmIiIiIi" +
        "Le3d3d3ZmZmZmZVVVVVVXXdV3XdV3TNE3TNE3T9DzP8zzP8zz33nvvvff+/wF5nud5nud5juM4juM4juP3fd/3fd/3bdu2bdu2bdt1BYDIqBEQ+v0/A9Ab1QERJAT/P0Ig8QNXS7OzuZlZW1XNzczW" +
        "ZmptcViA7a/otbqSa9tKrZ0VWC8AIAAAAgAgAAACACBQV2G1qgLVmgqpFRVQ6ymcXsEwgWGCmawVApAqlKirMg==");

    /// <summary>
    /// A table of five rows by apache-arrow 21 for JavaScript (<c>tableToIPC(table, 'stream')</c>): i (Int32), text (Utf8), f (Float64), b (Bool), list (List of Int32), bin (Binary), dict (Dictionary of Utf8), each with nulls.
    /// </summary>
    public static byte[] ArrowStream { get; } = Gunzip(
        "H4sIAAAAAAACA61TO08bQRCe3bszC0FwSiw4gYsrKJBoKJBIYRRKCn5ACgpeRrJkUKIYyRVQUlK6cOEy6Vymp0npMiVFCn6CKzazs3Pc3h5IIN+cxjO7M/PNa6211koCxGBoDuUCzIBCjUgoEiH00S" +
        "9EbQZ5KAAOkNeQJ3i+Qz5FroPBaWD0IixDglEx4W6xzeAlVkZ1QsW49kkXmMZPWAsosii2/8S7rI5H1DMclqHBD5CP2xd0Ucc6Y537cb75fcbrtH9QPsHnZtlX1rnPVqd13rqw5W1qW0eKPz3Uu7pU" +
        "Sy1m3GPuZ4g+g7JfkLDfWdY41LDfGn6UHsblmqKE6+22es/zCukzMzez/gCfaMrzNHMvp8xytjlWoZ+iTVu/lO8xtR7l8ejVgBVCDlEHSKBAMuZK7Iuxe8veUkI5QrIYvD3qLqcAXqfYk8qxCQ/npf" +
        "tv3/N+JsLtZwn1RcS1/aR5EUFMHZTr/ozxkZPno6PvejKbz1fvvu/ZRyw3WT54/qmwcp3Pe6Jov/XOf7yzksV8qSzaDz17z7P/9uxjWdzDX88/Ccp7Mnrk7AYqONfe6b8K05HBebL/ffOWrqEi3Aw7" +
        "cHgD+ej+V++NRBjLUAVNvrByw+fnPgeXcNv8t301bb+zU8ZXMW931iG/pZ0KdggOZsS4VdQrHc7whdTV7F3Y2jW/7f+cveq5CAgAAA==");

    /// <summary>The same table, <c>tableToIPC(table, 'file')</c>.</summary>
    public static byte[] ArrowFile { get; } = Gunzip(
        "H4sIAAAAAAACA60Wu0oDQXB27y6eMeiihwlqkcJC0EJB0EJRwSKFIKTRwsJHIgRUFCOkUsuUlhYWltpZ2ttYprS0sPATUnnO7s0me3sKSm7CZGZ2Zue1m9mslcubW3MAIcITAAQQQQ4mYAxGUHaRBy" +
        "hADLhQxAUfskQBorUs2uZQdpVG+ivJDcZmB34HYVHf0DHLz0/rp2cRlfW0mVnPKPJD6Deqp9hNwhGqgmTei7jfM+IMG/yqRXV/tq31W0v/RHSW6LtlX2QRnSK5xOL6piW/WrLP4/GKPK7ftfQNS/9s" +
        "6Vs8fg5vln3BSZ6T5D3jbCAFOfNP+3HoDaSfL7xDdJeuICW/2rdj4DTi3stj44+gfOQhDWivEHNNcqfOuwtoLn0sXPZab3+P+9Pot9lrl+7ScgpnCIZPj/ymkS83UPtnPEzn3FmUe0h3W6jZGMCgmo" +
        "y+mo1ybYbm+zrVqn/fz9Y80714M5OPz1e4xViyhj7EezTeQZxEbKN8g1iheSvwzfFxRufRu4uSzGO++yYxiukF1JNK7aCuY7Twx+qrLF36Bnj4UjUyKX8ir/0QdQX1d792ohYCzFOEXTuKl9sgf0e1" +
        "87quV8pLSVseUJ3Vo+px9SRKbzbqNSvKeYt8PUzkkhHkd5/quUebu6SdUyC7w053M1hvhuYjh1YyJ69A+darjU6/XPWRPZe9HlAvvbwJwug3Ua5j1jrzXb6TffpOqLpKeO5r6r/ENxpgHGtSCAAA");

    /// <summary>The same table without its list, as a stream.</summary>
    public static byte[] ArrowFlat { get; } = Gunzip(
        "H4sIAAAAAAACA61UvU4DMQx2cscRoConUdETdOhYiYWhEgxIMHbgAVj5FV1QkYrUCRg7Mnbo0JWtD8DGwsgjMPAIDJ04HMfp5XIgIfVcWXbiz59ju22apulEAMSgZRVtFZZBoUciFJkQxogL0YtQ9x" +
        "H/hfYF9Qn1ArUGmqOBmetQhwQzYuJsc0xzJcYu1YgR87rnfWBpI78CRRHF8Qre2Tcco2952IaaP0A9697QxQAx/SIu0jihcVxrgphxERckjLuyj8JuFWpEvoR3J8f2kvBb+5eDeS8hffQ89BzWYIMm" +
        "UKF5eDWlrdnlXIU4RRswuCbfY+l0muUjqgFbxByiD5BATmTMLzGbNDO1O06oRkgRzdeh7jIJ4G+JPaucmPB4frvv3Wb9jITbzyb668hr+ullREFMHRTfPdMLcOpUHf/Is3Y+J979yItP2e6y/fDwTW" +
        "Fsi88dkY8PvfObd1YyX68p83NsyTz+WhbnHDl9M33p521YTDTPt/n96l0/QEm8ljtwdAf19PV58E8hjjqUIbNDdh75PO9zfAfDg8+9+0X7XVkwv4x5S0cD/r8TMi1njsLsM+Xvyg9SA2oBkAYAAA==");

    /// <summary>That table by hyparquet-writer 0.17, in row groups of three and two rows: pages of version 2, snappy.</summary>
    public static byte[] Parquet { get; } = Gunzip(
        "H4sIAAAAAAACA2VUz2sTQRR+MzubrmvQUnzDrCxSpF1y8BChrD0Ei0WkBA/BoxQhsS0Gik1KCimI7SEHTx48iojXXjxJ6bn9V0Q8+Afk1PW92U2zP5ZkZvLe9733vm+WdJ69eow1vIdmmzZJX0CFAO" +
        "A4Xihov06ShKL38UEFcLvBgK6k5eqMEmvY3Lb5OWbBALhCTTfchQbAKdhnekKIGvqVggIE/TQYVjL+CncRvHD5hxhVOt1d52kGvAztaSZLpZi5LFJ0khXaweUKoLnMSRoXxl8FzKvIHEh64bcj+NT6" +
        "/eTjTEupSk5LKeOv8HiJyEa4g0uV6u6ilYEq+LClDg8ORlgHlKvSiD5gnXY12h2PVonvc3APEHjvpUmn13+fwXb6bxmm/eBRsB95IcoAIaAyKHVNP9WbkdeKZUNxO6P4riEIratsddQOsW4Jtp/lPN" +
        "dbUZs58urMiG4B/kWE6KcN9iz4jX5NwVYMDS+7+g2TneA0lgXyPyJDSu5ZclOvUZBbCWFowDz4h5xNxmItfFO/oLCdTEhThP+5gVtHLP6l7lCcZxNDIwZ5vP7u6Fr80wHy7NwpmKasaecO8xS/SEZZ" +
        "NfluU6dsm9KfhW5TgmmL4+JzbGCpwL9UBRvTlpeKpXmzt87cnOJi84lbsFFZGyeu1Vmx8cIt2aisjRcpPCnDr92yjUqv6xbF7S2RjcOCjb8creKJA41b744H3cPh0e4o2A8BSh/4S+gO/RH9B8uSgU" +
        "WNBAAA");

    static byte[] Gunzip(string base64)
    {
        using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(base64)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>A tar archive of entries made by the runtime's writer, which is not the product's reader.</summary>
    public static byte[] Tar(params TarEntry[] entries)
    {
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, leaveOpen: true))
            foreach (var entry in entries) tar.WriteEntry(entry);
        return bytes.ToArray();
    }

    /// <summary>A plain file for <see cref="Tar"/>.</summary>
    public static TarEntry TarFile(string name, string text = "content") => new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    /// <summary>gzip by the runtime.</summary>
    public static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }
}

/// <summary>An object in memory.</summary>
sealed class MemoryObject(string name, byte[] bytes) : StoredObject
{
    public override string Name => name;

    public override long Length => bytes.Length;

    public override string Identity => $"{bytes.Length}";

    public override Stream Open() => new MemoryStream(bytes, writable: false);
}
